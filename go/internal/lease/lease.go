// Package lease is the socket in a detached run's folder: whoever has it open follows the run, and where nobody
// listens the run is dead. Package follow says what that means for the run, the janitor reaps by it.
//
// Contract: a folder's path may be longer than a socket's address, which has 108 bytes. The socket's file stays
// until Remove: it is no proof of a living run, its listener is.
package lease

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Name is the socket's name in the run's folder.
const Name = "lease"

// Listen opens the lease of the run in folder.
func Listen(folder string) (net.Listener, error) {
	var l net.Listener
	err := short(folder, func(dir string) (err error) {
		l, err = net.Listen("unix", filepath.Join(dir, Name))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("lease: %w", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // by a name that is no longer valid; Remove does it
	return l, nil
}

// Dial takes the lease of the run in folder: syscall.ECONNREFUSED where its run is dead, fs.ErrNotExist where
// there is none.
func Dial(folder string) (conn *net.UnixConn, err error) {
	err = short(folder, func(dir string) error {
		c, err := net.DialTimeout("unix", filepath.Join(dir, Name), time.Second) // the kernel answers for the listener
		if err == nil {
			conn = c.(*net.UnixConn)
		}
		return err
	})
	return conn, err
}

// Remove takes the socket's file away; that it is gone already is no error.
func Remove(folder string) error {
	if err := os.Remove(filepath.Join(folder, Name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// short gives a folder a name that fits into a socket's address.
func short(folder string, use func(dir string) error) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer d.Close()
	return use(fmt.Sprintf("/proc/self/fd/%d", d.Fd()))
}
