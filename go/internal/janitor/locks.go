package janitor

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"coopcloud.tech/cc-ci/internal/lock"
)

// Files removes the lock files of dead runs. For some runs they are all that is left to
// tell of them, since a state folder may be removed by hand: dead ends what such a run has
// left outside of it. What can't be ended keeps its file, for the next pass. Another
// user's files are that user's.
func (j Janitor) Files(dead func(id string) error) error {
	names, err := j.Locks.Names()
	if err != nil {
		return fmt.Errorf("janitor: %w", err)
	}
	var failed error
	for _, name := range names {
		held, err := j.Locks.Take(name)
		if errors.Is(err, lock.ErrHeld) {
			continue
		}
		if err == nil {
			err = ended(held, name, dead)
		}
		if err != nil && !errors.Is(err, fs.ErrPermission) {
			failed = errors.Join(failed, fmt.Errorf("janitor: lock %s: %w", name, err))
		}
	}
	return failed
}

func ended(held *lock.Lock, name string, dead func(id string) error) error {
	if id, ok := strings.CutPrefix(name, runPrefix); ok {
		if err := dead(id); err != nil {
			return errors.Join(err, held.Leave())
		}
	}
	return held.Release()
}
