package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// Keep is how much of each recipe is kept. The newest pass is always kept whole: badges
// and pages fall back to it.
type Keep struct {
	Runs  int // newest runs
	Whole int // of these, with logs and evidence
}

// DefaultKeep is what Publish keeps: about a month of a busy recipe, years of the weekly sweep.
var DefaultKeep = Keep{Runs: 120, Whole: 30}

// halfDone is how old what lies in the folder of things being published must be to be a
// leftover of a killed process.
const halfDone = 24 * time.Hour

// Prune removes what is over the bound, and what killed publications left.
func (s Store) Prune(recipe string, keep Keep) error {
	if err := s.clean(); err != nil {
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
			failed = errors.Join(failed, s.thin(recipe, run))
		default:
			failed = errors.Join(failed, s.remove(recipe, run))
		}
	}
	return failed
}

func (s Store) clean() error {
	dir := filepath.Join(s.dir, coming)
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if info, gone := e.Info(); gone == nil && time.Since(info.ModTime()) > halfDone {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
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

// thin takes the logs and the evidence away.
func (s Store) thin(recipe, run string) error {
	var failed error
	for _, part := range []string{"log", "evidence"} {
		failed = errors.Join(failed, os.RemoveAll(filepath.Join(s.Folder(recipe, run), part)))
	}
	return failed
}

// remove takes a run away in one step, and its key.
func (s Store) remove(recipe, run string) error {
	r, err := s.Load(recipe, run)
	if err == nil && r.Build != nil && keyForm.MatchString(r.Build.Key) {
		if err := os.Remove(filepath.Join(s.dir, keys, r.Build.Key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	away := filepath.Join(s.dir, coming, "gone-"+run)
	if err := os.Rename(s.Folder(recipe, run), away); err != nil {
		return err
	}
	return os.RemoveAll(away)
}
