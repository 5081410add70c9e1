package janitor

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// The folder of a run that ended long ago goes; a young one stays, and so does that of a run that lives.
func TestOld(t *testing.T) {
	locks := held(t, RunLock("old-and-live"))
	runs, now := t.TempDir(), time.Now()
	for name, days := range map[string]int{"old": 40, "young": 20, "old-and-live": 40} {
		folder := filepath.Join(runs, name)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "result.json"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(folder, now, now.AddDate(0, 0, -days)); err != nil {
			t.Fatal(err)
		}
	}
	gone, err := Janitor{Locks: locks}.Old(runs, now.AddDate(0, 0, -30))
	if err != nil || !slices.Equal(gone, []string{"old"}) {
		t.Errorf("gone: %v, %v", gone, err)
	}
	left, _ := filepath.Glob(filepath.Join(runs, "*", "result.json"))
	if len(left) != 2 {
		t.Errorf("left: %v", left)
	}
	if gone, err := (Janitor{Locks: locks}).Old(filepath.Join(runs, "none"), now); err != nil || gone != nil {
		t.Errorf("without a folder: %v, %v", gone, err)
	}
}
