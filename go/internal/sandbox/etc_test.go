package sandbox

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestEtcIsReadable: a run's umask keeps everything to itself, and what is inside has another uid: without this file no
// name would resolve there.
func TestEtcIsReadable(t *testing.T) {
	s := &Sandbox{dir: t.TempDir(), uid: 4711, opts: Options{Hosts: []string{"app.test"}}}
	defer syscall.Umask(syscall.Umask(0o077))
	if _, err := s.writeEtc(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"hosts", "nsswitch.conf", "resolv.conf", "passwd", "group"} {
		info, err := os.Stat(filepath.Join(s.dir, name))
		if err != nil || info.Mode().Perm() != 0o644 {
			t.Errorf("%s: expected mode 644, found %v, %v", name, info.Mode().Perm(), err)
		}
	}
}
