// Package store is the folder where the results of finished runs are published (U6):
// the one place from which the bridge and the dashboard read.
//
//	<store>/<recipe>/<run>/result.json   with junit.xml, report.html, log/, evidence/ beside it
//	<store>/.keys/<key>                  "recipe/run" of the build that was asked for by that key
//	<store>/.new/                        what is being published or removed
//
// Contract: a run's folder appears whole or not at all, is written once, and changes
// afterwards only when it is thinned or removed by age (Keep). Publishing the same run
// again is no error and changes nothing. Runs sort by time, as their ids do. Whoever
// publishes has masked everything (P4); what comes from another machine is checked as far
// as a result can be: known outcomes, no path that leaves its folder, no links, a bounded
// size. A reader must still treat all text as hostile. Everything that writes goes through
// an os.Root of the store: root publishes into a folder that is another user's, who must
// not lead it elsewhere by a link.
package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// Errors that callers branch on.
var (
	ErrNone  = errors.New("no such result")
	ErrTaken = errors.New("another result was published in its place")
)

const (
	keys   = ".keys"
	coming = ".new"
)

// The names of folders. None can climb, be hidden, or be taken for a flag.
var (
	recipeForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,99}$`)
	runForm    = regexp.MustCompile(`^[0-9]{8}-[0-9]{6}-[0-9a-f]{8}$`)
)

// Store is one machine's results.
type Store struct{ dir string }

// Open makes dir where it isn't there. Its files are for everybody to read.
func Open(dir string) (Store, error) {
	if err := prepare(dir); err != nil {
		return Store{}, fmt.Errorf("results store: %w", err)
	}
	return Store{dir}, nil
}

func prepare(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.Chmod(dir, 0o755)); err != nil {
			return err
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, d := range []string{keys, coming} {
		if _, err := root.Stat(d); err == nil {
			continue
		}
		if err := errors.Join(root.MkdirAll(d, 0o755), belong(root, d)); err != nil {
			return err
		}
	}
	return nil
}

// Read gives the store at dir as it is, for those who may not write there.
func Read(dir string) Store { return Store{dir} }

// Dir is where the store is.
func (s Store) Dir() string { return s.dir }

// Recipes lists the recipes that have results, by name.
func (s Store) Recipes() ([]string, error) { return names(s.dir, recipeForm) }

// Runs lists the ids of a recipe's runs, newest first. A recipe without results has none.
func (s Store) Runs(recipe string) ([]string, error) {
	if !recipeForm.MatchString(recipe) {
		return nil, nil
	}
	runs, err := names(filepath.Join(s.dir, recipe), runForm)
	slices.Reverse(runs)
	return runs, err
}

// Folder is the path of a run's folder, whether it is there or not.
func (s Store) Folder(recipe, run string) string { return filepath.Join(s.dir, recipe, run) }

// Load reads one result. The error is ErrNone where there is none, else what is wrong with the
// file, which is named.
func (s Store) Load(recipe, run string) (result.Result, error) {
	if !recipeForm.MatchString(recipe) || !runForm.MatchString(run) {
		return result.Result{}, fmt.Errorf("%.120q/%.40q: %w", recipe, run, ErrNone)
	}
	r, err := report.Load(filepath.Join(s.Folder(recipe, run), "result.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("%s/%s: %w", recipe, run, ErrNone)
	}
	return r, err
}

// OfKey gives the result of the build that was asked for by key (T7): a comment's id, or
// a round of the sweep. ErrNone until it is published.
func (s Store) OfKey(key string) (result.Result, error) {
	recipe, run, err := place(os.DirFS(s.dir), key)
	if err != nil {
		return result.Result{}, err
	}
	return s.Load(recipe, run)
}

// place reads where the result of a key is, or will be in a moment. What a lost power line left of it is ErrNone.
func place(files fs.FS, key string) (recipe, run string, err error) {
	if !result.ValidKey(key) {
		return "", "", fmt.Errorf("key %.160q: %w", key, ErrNone)
	}
	b, err := fs.ReadFile(files, path.Join(keys, key))
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", fmt.Errorf("key %s: %w", key, ErrNone)
	}
	if err != nil {
		return "", "", err
	}
	recipe, run, _ = strings.Cut(string(bytes.TrimSpace(b)), "/")
	if !recipeForm.MatchString(recipe) || !runForm.MatchString(run) {
		return "", "", fmt.Errorf("key %s: expected recipe/run, found %.120q: %w", key, b, ErrNone)
	}
	return recipe, run, nil
}

// names lists the folders of a form; none where dir is not there.
func names(dir string, form *regexp.Regexp) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var found []string
	for _, e := range entries {
		if e.IsDir() && form.MatchString(e.Name()) {
			found = append(found, e.Name())
		}
	}
	return found, err
}
