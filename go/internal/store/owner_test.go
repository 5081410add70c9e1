package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestPublishUnderAStrictUmask: what a run publishes as root, everybody can read, and the store's owner can remove.
func TestPublishUnderAStrictUmask(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "results")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	owner := os.Geteuid()
	if owner == 0 {
		owner = 4711
		if err := os.Chown(dir, owner, owner); err != nil {
			t.Fatal(err)
		}
	}
	defer syscall.Umask(syscall.Umask(0o077))
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish(run(t, nil)); err != nil {
		t.Fatal(err)
	}
	seen := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		seen++
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o644)
		if d.IsDir() {
			want = 0o755
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: expected mode %04o, found %04o", path, want, got)
		}
		if is := info.Sys().(*syscall.Stat_t); int(is.Uid) != owner {
			t.Errorf("%s: expected the owner %d, found %d", path, owner, is.Uid)
		}
		return nil
	})
	if err != nil || seen < 8 {
		t.Errorf("expected a published run, found %d files: %v", seen, err)
	}
}
