package janitor

import (
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/lease"
)

// TestLeases: of runs that have nothing but a lease, only that of a dead one goes, and only when its owner had time to listen.
func TestLeases(t *testing.T) {
	for name, tt := range map[string]struct {
		listens bool
		age     time.Duration
		goes    bool
	}{
		"nobody listens":        {false, 2 * leaseSettled, true},
		"a run listens":         {true, 2 * leaseSettled, false},
		"made this very moment": {false, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			run := t.TempDir()
			path := filepath.Join(run, lease.Name)
			t.Chdir(run) // a socket's address is short
			l, err := net.Listen("unix", lease.Name)
			if err != nil {
				t.Fatal(err)
			}
			l.(*net.UnixListener).SetUnlinkOnClose(false)
			defer l.Close()
			if !tt.listens {
				l.Close()
			}
			then := time.Now().Add(-tt.age)
			if err := os.Chtimes(path, then, then); err != nil {
				t.Fatal(err)
			}
			if got, err := (Janitor{}).Folders(filepath.Dir(run), nil); err != nil || len(got) > 0 {
				t.Fatalf("expected no run to be reaped, found %v, %v", got, err)
			}
			if _, err := os.Lstat(path); os.IsNotExist(err) != tt.goes {
				t.Errorf("expected the lease to go: %v, found %v", tt.goes, err)
			}
		})
	}
}
