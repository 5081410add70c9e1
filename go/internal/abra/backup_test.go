package abra

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestBackupCreate(t *testing.T) {
	const id = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9"
	for name, tt := range map[string]struct{ says, want string }{
		"json":       {`{"message":"backup finished","snapshot_id":"` + id + `"}`, id},
		"text":       {"snapshot 0a1b2c3d saved\nbackup finished", "0a1b2c3d"},
		"log fields": {"INFO backup finished snapshot_id=" + id, id},
		"nothing":    {"backup finished", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := script(t, "[ -t 0 ] && [ -t 1 ] || { echo no terminal; exit 1; }\ncat <<'END'\n"+tt.says+"\nEND")
			got, err := c.BackupCreate(context.Background(), "a.test")
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestBackupThatFailsTellsWhatWasShown(t *testing.T) {
	c := script(t, "echo 'ERROR service app: backup.pre-hook: exit 1: no'\necho 'FATA exit status 1' >&2\nexit 1")
	_, err := c.BackupCreate(context.Background(), "a.test")
	var e *Error
	if !errors.As(err, &e) || e.Exit != 1 || !strings.Contains(e.Stderr, "pre-hook") {
		t.Errorf("got %v", err)
	}
}

func TestRestoreWithoutTheFlagSaysSo(t *testing.T) {
	for flag, want := range map[string]bool{"FATA unknown shorthand flag: 's' in -s": true, "FATA something else": false} {
		c := script(t, `case "$*" in *" -s "*) echo "`+flag+`"; exit 1;; esac`)
		if err := c.Restore(context.Background(), "a.test", "0a1b2c3d"); err == nil || errors.Is(err, ErrNoSnapshotFlag) != want {
			t.Errorf("%s: got %v", flag, err)
		}
		if err := c.RestoreLatest(context.Background(), "a.test"); err != nil {
			t.Error(err)
		}
	}
}

func TestTerminalEndsWithItsContext(t *testing.T) {
	c := script(t, "sleep 60 & sleep 60")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.BackupCreate(ctx, "a.test"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
