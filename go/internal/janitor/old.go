package janitor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"coopcloud.tech/cc-ci/internal/lock"
)

// Old removes the folders under dir (the site's <state>/runs) of runs that are over and have not changed
// since before, and names them. What is published lies elsewhere. Folders has wiped them already.
func (j Janitor) Old(dir string, before time.Time) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("janitor: %w", err)
	}
	var gone []string
	var failed error
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !e.IsDir() || !info.ModTime().Before(before) {
			continue // gone meanwhile, no run's, or young
		}
		held, err := j.Locks.Take(RunLock(e.Name()))
		if errors.Is(err, lock.ErrHeld) {
			continue
		}
		if err == nil {
			err = os.RemoveAll(filepath.Join(dir, e.Name()))
			held.Release()
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("janitor: old run %s: %w", e.Name(), err))
			continue
		}
		gone = append(gone, e.Name())
	}
	return gone, failed
}
