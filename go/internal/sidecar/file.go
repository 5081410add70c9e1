package sidecar

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/moby/sys/atomicwriter"
)

// temporary is the pattern of the file that atomicwriter renames.
const temporary = ".tmp-" + Name + "*"

// write replaces the file by d and returns when that is on disk.
func (s *Sidecar) write(d data) error {
	b, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if err := atomicwriter.WriteFile(s.path, b, 0o600); err != nil {
		return fmt.Errorf("write sidecar: %w", err)
	}
	return syncDir(filepath.Dir(s.path))
}

// syncDir makes a rename in dir survive a power loss.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("write sidecar: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// checkDir wants a folder that this user alone may enter and that no repository holds.
func checkDir(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("%s: expected a folder of mode 0700, found %s (chmod 700 it, or give another)", dir, info.Mode())
	}
	if err := checkOwner(dir, info); err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	if real, err = filepath.Abs(real); err != nil {
		return err
	}
	for up := real; ; up = filepath.Dir(up) {
		if _, err := os.Lstat(filepath.Join(up, ".git")); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: expected a folder outside any git repository, found one at %s (secrets must not be committed)", dir, up)
		}
		if up == filepath.Dir(up) {
			return nil
		}
	}
}

// checkFile wants a regular file that this user alone may read.
func checkFile(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if info.Mode() != 0o600 {
		return fmt.Errorf("%s: expected a regular file of mode 0600, found %s", path, info.Mode())
	}
	return checkOwner(path, info)
}

func checkOwner(path string, info fs.FileInfo) error {
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("%s: expected owner %d, found %d", path, os.Geteuid(), st.Uid)
	}
	return nil
}
