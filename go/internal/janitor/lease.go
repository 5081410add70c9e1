package janitor

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// leaseSocket is what a detached run is followed by. A living run has it before its private part and its lock and for longer, and removes it as
// its last act: so its name tells of no dead run. It goes with the private part of one that was killed.
const leaseSocket = "lease"

// leaseSettled is an age at which a lease's owner has long begun to listen, if it lives.
const leaseSettled = time.Minute

// dropLease removes the lease of a run that was killed before it had anything else: nobody listens to it any more.
func dropLease(run string) error {
	path := filepath.Join(run, leaseSocket)
	at, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) || err == nil && time.Since(at.ModTime()) < leaseSettled {
		return nil
	}
	if err == nil {
		err = heard(run)
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		err = os.Remove(path)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) { // else its owner was quicker
		return fmt.Errorf("janitor: %w", err)
	}
	return nil
}

// heard gives ECONNREFUSED where nobody listens to a run's lease. Its path may be longer than a socket's address.
func heard(run string) error {
	dir, err := os.Open(run)
	if err != nil {
		return err
	}
	defer dir.Close()
	conn, err := net.DialTimeout("unix", fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), leaseSocket), time.Second)
	if err == nil {
		conn.Close()
	}
	return err
}
