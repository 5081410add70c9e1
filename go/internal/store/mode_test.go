package store

import (
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
)

// TestReadable: bridge and dashboard are other users than the run, whose supervisor sets a umask that keeps everything to itself.
func TestReadable(t *testing.T) {
	folder := run(t, nil)
	into := filepath.Join(t.TempDir(), "results")
	defer syscall.Umask(syscall.Umask(0o077))
	s, err := Open(into)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish(folder); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(into, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := fs.FileMode(0o644)
		if d.IsDir() {
			want = 0o755
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s: expected mode %o, found %o", path, want, info.Mode().Perm())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
