package janitor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"coopcloud.tech/cc-ci/internal/keep"
	"coopcloud.tech/cc-ci/internal/lease"
	"coopcloud.tech/cc-ci/internal/lock"
	"coopcloud.tech/cc-ci/internal/sidecar"
)

// Private lists, as patterns, what of a run's folder is for the living run alone:
// secrets, abra's own files, which hold the app's env, and what a kill left half
// written of what the run itself writes. The report and the logs stay, and so does what a build
// writes beside the run: it does so without the run's lock.
var Private = []string{
	sidecar.Name, keep.File, "abra", "needs", "sandbox", "shared", "raw",
	torn + sidecar.Name + "*", torn + keep.File + "*", torn + "result.json*", torn + "report.html*", torn + "junit.xml*",
}

// torn begins the names of the files that atomicwriter renames.
const torn = ".tmp-"

// runPrefix begins the names of the locks that runs hold for their folders.
const runPrefix = "run-"

// RunLock is the name of the lock that a run holds for its folder.
func RunLock(id string) string { return runPrefix + id }

// Folders empties the private part of the folders of dead runs under dir (the site's
// <state>/runs) and tells for each dead run whose folder still had one.
func (j Janitor) Folders(dir string, dead func(id string) error) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("janitor: %w", err)
	}
	var reaped []string
	var failed error
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		if !holdsPrivate(filepath.Join(dir, e.Name())) {
			failed = errors.Join(failed, dropLease(filepath.Join(dir, e.Name())))
			continue
		}
		held, err := j.Locks.Take(RunLock(e.Name()))
		if errors.Is(err, lock.ErrHeld) {
			continue
		}
		if err == nil {
			if err = dead(e.Name()); err == nil { // else the folder still tells the next pass
				err = bury(filepath.Join(dir, e.Name()))
			}
			held.Release()
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("janitor: run %s: %w", e.Name(), err))
			continue
		}
		reaped = append(reaped, "folder "+e.Name())
	}
	return reaped, failed
}

// bury removes what a dead run's folder has of the living run, the private part last: it tells the next pass.
func bury(run string) error {
	if err := lease.Remove(run); err != nil {
		return err
	}
	return Wipe(run)
}

// Wipe removes the private part of one run's folder.
func Wipe(run string) error {
	paths, failed := private(run)
	for _, path := range paths {
		failed = errors.Join(failed, os.RemoveAll(path))
	}
	return failed
}

// holdsPrivate is true as well where that can't be seen: Wipe will say why.
func holdsPrivate(run string) bool {
	paths, err := private(run)
	return err != nil || len(paths) > 0
}

// private gives the paths in a run's folder that are there and match Private.
func private(run string) ([]string, error) {
	entries, err := os.ReadDir(run)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, e := range entries {
		for _, pattern := range Private {
			if ok, _ := filepath.Match(pattern, e.Name()); ok {
				paths = append(paths, filepath.Join(run, e.Name()))
			}
		}
	}
	return paths, nil
}
