package converge

import "testing"

// TestMounts: every Linux has something mounted at /proc; a folder without mounts has none.
func TestMounts(t *testing.T) {
	if at, _, err := mounts("/proc"); err != nil || len(at) == 0 {
		t.Errorf("/proc: found %+v, %v", at, err)
	}
	if found, err := mountedBelow(t.TempDir()); err != nil || len(found) > 0 {
		t.Errorf("a new folder: found %q, %v", found, err)
	}
	if _, _, err := mounts("/no/such/folder"); err == nil {
		t.Error("expected an error for a folder that isn't there")
	}
}
