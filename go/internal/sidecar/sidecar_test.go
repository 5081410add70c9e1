package sidecar

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// private gives a folder as a run has it.
func private(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "run")
}

func create(t *testing.T, dir string) *Sidecar {
	t.Helper()
	s, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, s *Sidecar, name, version, value string) {
	t.Helper()
	if err := s.Put(name, version, value); err != nil {
		t.Fatal(err)
	}
}

func TestSecretsSurviveReopening(t *testing.T) {
	dir := private(t)
	s := create(t, dir)
	put(t, s, "db_password", "v1", "one")
	put(t, s, "admin", "v1", "two\nlines")
	put(t, s, "admin", "v1", "two\nlines")
	want := []Secret{{"admin", "v1", "two\nlines"}, {"db_password", "v1", "one"}}

	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Sidecar{s, again} {
		if got := s.All(); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	if again.Hash("x") != s.Hash("x") {
		t.Error("the hash changed by reopening")
	}
	if info, err := os.Stat(filepath.Join(dir, Name)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode: %v, %v", info.Mode(), err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder's mode: %v, %v", info.Mode(), err)
	}
}

func TestPutRefuses(t *testing.T) {
	s := create(t, private(t))
	put(t, s, "a", "v1", "first")
	if err := s.Put("a", "v1", "second"); !errors.Is(err, ErrChanged) || strings.Contains(err.Error(), "second") {
		t.Errorf("another value: got %v", err)
	}
	if s.Put("", "v1", "x") == nil || s.Put("b", "v1", "") == nil {
		t.Error("no name or no value was taken")
	}
	put(t, s, "a", "v2", "second")
	if got, ok := s.Get("a"); !ok || got != "second" {
		t.Errorf("the last version counts: got %q", got)
	}
	if _, ok := s.Get("b"); ok {
		t.Error("a secret that was never put is there")
	}
}

func TestPutFromManyGoroutines(t *testing.T) {
	dir := private(t)
	s := create(t, dir)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() { put(t, s, fmt.Sprint("s", i), "v1", "x") })
	}
	all.Wait()
	again, err := Open(dir)
	if err != nil || len(again.All()) != 20 {
		t.Errorf("got %d secrets, %v", len(again.All()), err)
	}
}

func TestRemoveLeavesNothing(t *testing.T) {
	dir := private(t)
	s := create(t, dir)
	put(t, s, "a", "v1", "x")
	if err := os.WriteFile(filepath.Join(dir, ".tmp-sidecar.json123"), []byte("of a killed run"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Remove(); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if _, err := Open(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open after remove: %v", err)
	}
}

func TestUnsafePlacesAreRefused(t *testing.T) {
	chmod := func(name string, mode os.FileMode) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name, want string
		spoil      func(t *testing.T, dir string)
	}{
		{"folder readable by others", "mode 0700", chmod(".", 0o750)},
		{"file readable by others", "mode 0600", chmod(Name, 0o640)},
		{"folder in a repository", "git repository", func(t *testing.T, dir string) {
			if err := os.Mkdir(filepath.Join(filepath.Dir(dir), ".git"), 0o700); err != nil {
				t.Fatal(err)
			}
		}},
		{"folder in a worktree", "git repository", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, ".git"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{"file is a link", "regular file", func(t *testing.T, dir string) {
			path := filepath.Join(dir, Name)
			if err := errors.Join(os.Rename(path, path+".real"), os.Symlink(path+".real", path)); err != nil {
				t.Fatal(err)
			}
		}},
		{"folder is a link", "mode 0700", func(t *testing.T, dir string) {
			if err := errors.Join(os.Rename(dir, dir+".real"), os.Symlink(dir+".real", dir)); err != nil {
				t.Fatal(err)
			}
		}},
		{"file is cut off", "found something else", func(t *testing.T, dir string) {
			if err := os.Truncate(filepath.Join(dir, Name), 30); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := private(t)
			put(t, create(t, dir), "a", "v1", "x")
			c.spoil(t, dir)
			if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Open: got %v, want %q", err, c.want)
			}
			if _, err := Create(dir); err == nil {
				t.Error("Create gave no error")
			}
		})
	}
}

func TestForeignOwnerIsRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("giving a file away needs root")
	}
	for _, name := range []string{".", Name} {
		dir := private(t)
		create(t, dir)
		if err := os.Chown(filepath.Join(dir, name), 65534, -1); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "owner") {
			t.Errorf("%s of another user: got %v", name, err)
		}
	}
}

func TestCreateTwiceIsRefused(t *testing.T) {
	dir := private(t)
	create(t, dir)
	if _, err := Create(dir); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
}

func TestHash(t *testing.T) {
	s := create(t, private(t))
	seen := map[string]string{}
	differs := func(what, hash string) {
		t.Helper()
		if old := seen[hash]; old != "" || len(hash) != 64 {
			t.Errorf("%s: hash %q is that of %s", what, hash, old)
		}
		seen[hash] = what
	}
	differs("nothing", s.Hash("run"))
	put(t, s, "a", "v1", "x")
	differs("a=x", s.Hash("run"))
	differs("another salt", s.Hash("run2"))
	put(t, s, "b", "v1", "y")
	differs("a=x b=y", s.Hash("run"))
	if seen[s.Hash("run", "a")] != "a=x" {
		t.Error("a new secret changes the hash of the old ones")
	}
	other := create(t, private(t))
	put(t, other, "a", "v1", "x")
	differs("another run", other.Hash("run"))
	other.data.Salt = s.data.Salt
	if seen[other.Hash("run")] != "a=x" {
		t.Error("equal secrets have different hashes")
	}
	other.data.Secrets[0].Value = "z"
	differs("a=z", other.Hash("run"))
}
