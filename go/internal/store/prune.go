package store

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// Keep is how much of each recipe is kept. The newest pass is always kept whole: badges
// and pages fall back to it.
type Keep struct {
	Runs  int // newest runs
	Whole int // of these, with logs and evidence
}

// defaultKeep is what Publish keeps: about a month of a busy recipe, years of the weekly sweep.
var defaultKeep = Keep{Runs: 120, Whole: 30}

// halfDone is how old what lies in the folder of things being published must be to be a
// leftover of a killed process.
const halfDone = 24 * time.Hour

// Prune removes what is over the bound, and what killed publications left.
func (s Store) Prune(recipe string, keep Keep) error {
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := clean(root); err != nil {
		return err
	}
	runs, err := s.Runs(recipe)
	if err != nil || len(runs) <= keep.Whole {
		return err
	}
	pass := s.newestPass(recipe, runs)
	var failed error
	for i, run := range runs {
		switch {
		case i < keep.Whole || run == pass:
		case i < keep.Runs:
			failed = errors.Join(failed, thin(root, path.Join(recipe, run)))
		default:
			failed = errors.Join(failed, s.remove(root, recipe, run))
		}
	}
	return failed
}

func clean(root *os.Root) error {
	entries, err := fs.ReadDir(root.FS(), coming)
	for _, e := range entries {
		if info, gone := e.Info(); gone == nil && time.Since(info.ModTime()) > halfDone {
			err = errors.Join(err, root.RemoveAll(path.Join(coming, e.Name())))
		}
	}
	return err
}

func (s Store) newestPass(recipe string, runs []string) string {
	for _, run := range runs {
		if r, err := s.Load(recipe, run); err == nil && r.Outcome == result.Pass {
			return run
		}
	}
	return ""
}

// thin takes a run's logs and its evidence away.
func thin(root *os.Root, folder string) error {
	return errors.Join(root.RemoveAll(path.Join(folder, "log")), root.RemoveAll(path.Join(folder, "evidence")))
}

// remove takes a run away in one step, and its key.
func (s Store) remove(root *os.Root, recipe, run string) error {
	r, err := s.Load(recipe, run)
	if err == nil && r.Build != nil && result.ValidKey(r.Build.Key) {
		if err := root.Remove(path.Join(keys, r.Build.Key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	away := path.Join(coming, "gone-"+run)
	if err := root.Rename(path.Join(recipe, run), away); err != nil {
		return err
	}
	return root.RemoveAll(away)
}
