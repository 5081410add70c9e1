package janitor

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"coopcloud.tech/cc-ci/internal/lock"
)

// A run of which nothing but the lock's file is left has left something elsewhere.
func TestFilesOfTheDeadAlone(t *testing.T) {
	root := filepath.Join(t.TempDir(), "l")
	locks, err := lock.Open(root, "swarm")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"run-dead", "run-stuck", "slot-3", "t-a"} {
		if err := os.WriteFile(filepath.Join(root, "swarm", name+".lock"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"run-live", "slot-0"} {
		held, err := locks.Take(name)
		if err != nil {
			t.Fatal(err)
		}
		defer held.Release()
	}
	stuck := errors.New("busy")
	var told []string
	err = Janitor{Locks: locks}.Files(func(id string) error {
		told = append(told, id)
		if id == "stuck" {
			return stuck
		}
		return nil
	})
	if !errors.Is(err, stuck) {
		t.Errorf("want %v, got %v", stuck, err)
	}
	slices.Sort(told)
	if want := []string{"dead", "stuck"}; !slices.Equal(told, want) {
		t.Errorf("told of %v, want %v", told, want)
	}
	left, err := locks.Names()
	slices.Sort(left)
	if want := []string{"run-live", "run-stuck", "slot-0"}; err != nil || !slices.Equal(left, want) {
		t.Errorf("left %v, %v, want %v", left, err, want)
	}
}
