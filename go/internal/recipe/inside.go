package recipe

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// read gives a file of the checkout. It is not ok where the file is missing or a
// Problem was noted: it lies outside, is no regular file, or is too large.
func (f *Facts) read(name, place string, limit int64) (text []byte, ok bool, err error) {
	path, err := f.inside(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		f.problem(RuleOutside, place, "%v", err)
		return nil, false, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", name, err)
	}
	if !info.Mode().IsRegular() {
		f.problem(RuleOutside, place, "%s is not a regular file", name)
		return nil, false, nil
	}
	if info.Size() > limit {
		f.problem(RuleTooLarge, place, "expected at most %d bytes, found %d", limit, info.Size())
		return nil, false, nil
	}
	text, err = os.ReadFile(path)
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", name, err)
	}
	return text, true, nil
}

// inside gives the path of a file of the checkout with links followed; an error
// says that it leads out, or is os.ErrNotExist.
func (f *Facts) inside(name string) (string, error) {
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(f.Dir, name)
	}
	// A path may name a missing file outside: what it says counts before what is there.
	if !within(f.Dir, filepath.Clean(path)) {
		return "", fmt.Errorf("%q leads out of the checkout", name)
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	if !within(f.Dir, real) {
		return "", fmt.Errorf("%q leads out of the checkout, to %s", name, real)
	}
	return real, nil
}

// within tells whether path lies in root; git's own folder counts as outside.
func within(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && filepath.IsLocal(rel) && rel != ".git" && !strings.HasPrefix(rel, ".git/")
}

// findSymlinks notes every symbolic link of the checkout that leads out of it:
// abra, the tests and the backup read files of the checkout by name.
func (f *Facts) findSymlinks() error {
	seen := 0
	return filepath.WalkDir(f.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == ".git" && filepath.Dir(path) == f.Dir {
			return fs.SkipDir
		}
		if seen++; seen > maxTree {
			f.problem(RuleTooLarge, "checkout", "expected at most %d files", maxTree)
			return fs.SkipAll
		}
		if d.Type()&fs.ModeSymlink == 0 {
			return nil
		}
		target, err := os.Readlink(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(f.Dir, path)
		next := filepath.Join(filepath.Dir(path), target)
		real, err := filepath.EvalSymlinks(path)
		if filepath.IsAbs(target) || !within(f.Dir, next) || err == nil && !within(f.Dir, real) {
			f.problem(RuleSymlink, name, "-> %s", target)
		}
		return nil
	})
}
