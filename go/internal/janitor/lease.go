package janitor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"coopcloud.tech/cc-ci/internal/lease"
)

// leaseSettled is an age at which a lease's owner has long begun to listen, if it lives.
const leaseSettled = time.Minute

// dropLease removes the lease of a run that was killed before it had anything else: nobody listens to it any more. A living
// run has its lease before its private part and its lock, and for longer, so that the lease's name tells of no dead run.
func dropLease(run string) error {
	at, err := os.Stat(filepath.Join(run, lease.Name))
	if errors.Is(err, os.ErrNotExist) || err == nil && time.Since(at.ModTime()) < leaseSettled {
		return nil
	}
	if err == nil {
		err = dropUnheard(run)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) { // else its owner was quicker
		return fmt.Errorf("janitor: %w", err)
	}
	return nil
}

func dropUnheard(run string) error {
	conn, err := lease.Dial(run)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return lease.Remove(run)
	}
	if err != nil {
		return err
	}
	return conn.Close()
}
