package converge

import (
	"slices"
	"testing"
)

// TestMountsFrom: every Linux has something mounted at /proc; a folder without mounts has none.
func TestMountsFrom(t *testing.T) {
	at, err := mountsFrom("/proc")
	if err != nil || !slices.ContainsFunc(at, func(m mountLine) bool { return m.at == "/proc" && !m.below }) {
		t.Errorf("/proc: found %+v, %v", at, err)
	}
	if found, err := mountedBelow(t.TempDir()); err != nil || len(found) > 0 {
		t.Errorf("a new folder: found %q, %v", found, err)
	}
	if _, err := mountsFrom("/no/such/folder"); err == nil {
		t.Error("expected an error for a folder that isn't there")
	}
	if got := written.Replace(`/a\040b\134c`); got != `/a b\c` {
		t.Errorf("found %q", got)
	}
}
