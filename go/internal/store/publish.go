package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// Publish copies a finished run's folder into the store and gives its result. Only the
// parts that are meant for it leave the folder. Publishing it again changes nothing;
// ErrTaken where the place is taken by another result.
func (s Store) Publish(folder string) (result.Result, error) {
	r, err := report.Load(filepath.Join(folder, "result.json"))
	if err != nil {
		return r, fmt.Errorf("publish: %w", err)
	}
	err = s.bring(func(into *os.Root) error { return copyParts(folder, into) })
	if err != nil {
		return r, fmt.Errorf("publish %s/%s: %w", r.Recipe, r.ID, err)
	}
	return r, nil
}

func copyParts(folder string, into *os.Root) error {
	from, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer from.Close()
	taken, omitted, err := parts(from.FS())
	if err != nil {
		return err
	}
	for _, p := range taken {
		if err := copyPart(from, into, p); err != nil {
			return err
		}
	}
	return noteOmitted(into, omitted)
}

func copyPart(from, into *os.Root, p part) error {
	f, err := from.Open(p.name)
	if err != nil {
		return err
	}
	defer f.Close()
	return write(into, p.name, p.size, f)
}

func noteOmitted(into *os.Root, omitted []string) error {
	if len(omitted) == 0 {
		return nil
	}
	text := fmt.Sprintf("over the bounds of one run (%d bytes a file, %d in all, %d files), or no plain file:\n%s\n",
		maxFile, maxRun, maxFiles, strings.Join(omitted, "\n"))
	return write(into, leftOut, int64(len(text)), strings.NewReader(text))
}

// bring lets fill make a run's folder in a place of its own and moves it to where its
// result says that it belongs.
func (s Store) bring(fill func(*os.Root) error) error {
	tmp, err := os.MkdirTemp(filepath.Join(s.dir, coming), "run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp) // what was moved is no longer there
	root, err := os.OpenRoot(tmp)
	if err != nil {
		return err
	}
	err = fill(root)
	root.Close()
	if err != nil {
		return err
	}
	r, err := report.Load(filepath.Join(tmp, "result.json"))
	if err != nil {
		return err
	}
	if err := s.belongAll(tmp); err != nil {
		return err
	}
	if err := s.settle(r, tmp); err != nil {
		return err
	}
	return s.Prune(r.Recipe, DefaultKeep)
}

// settle writes the key before the folder appears: a kill in between leaves a key that
// leads to nothing, which the next try puts right.
func (s Store) settle(r result.Result, tmp string) error {
	if !recipeForm.MatchString(r.Recipe) || !runForm.MatchString(r.ID) {
		return fmt.Errorf("result.json: expected a recipe and a run's id, found %.120q and %.120q", r.Recipe, r.ID)
	}
	folder := filepath.Join(s.dir, r.Recipe)
	if err := errors.Join(os.MkdirAll(folder, 0o755), s.belong(folder)); err != nil {
		return err
	}
	final := s.Folder(r.Recipe, r.ID)
	if err := s.claim(r); err != nil {
		return err
	}
	err := os.Rename(tmp, final)
	if errors.Is(err, fs.ErrExist) || err != nil && isThere(final) {
		return same(tmp, final)
	}
	return err
}

// claim writes where the key's result is. One key has one result, ever.
func (s Store) claim(r result.Result) error {
	if r.Build == nil {
		return nil
	}
	if !keyForm.MatchString(r.Build.Key) {
		return fmt.Errorf("result.json: build.key: expected small letters, digits and dashes, found %.160q", r.Build.Key)
	}
	here := r.Recipe + "/" + r.ID
	path := filepath.Join(s.dir, keys, r.Build.Key)
	recipe, run, err := s.place(r.Build.Key)
	switch {
	case err == nil && recipe+"/"+run == here:
		return nil
	case err == nil && isThere(s.Folder(recipe, run)):
		return fmt.Errorf("%w: %s/%s has the key %s", ErrTaken, recipe, run, r.Build.Key)
	case err != nil && !errors.Is(err, ErrNone):
		return err
	}
	tmp := filepath.Join(s.dir, coming, "key-"+r.ID)
	if err := errors.Join(os.WriteFile(tmp, []byte(here+"\n"), 0o644), s.belong(tmp)); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// same gives ErrTaken where what is there is not what was to be published.
func same(tmp, final string) error {
	a, err := os.ReadFile(filepath.Join(tmp, "result.json"))
	if err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Join(final, "result.json"))
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return ErrTaken
	}
	return nil
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
