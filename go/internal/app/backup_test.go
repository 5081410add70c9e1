package app

import (
	"context"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/abra"
	"coopcloud.tech/cc-ci/internal/redact"
	"coopcloud.tech/cc-ci/internal/restic"
	"coopcloud.tech/cc-ci/internal/result"
)

func TestWhoseFaultABackupIs(t *testing.T) {
	a := &App{Mask: redact.New()}
	for _, tt := range []struct {
		shown, reason string
		want          result.Outcome
	}{
		{"{\"message\":\"x\"}\nERROR service app: backup.pre-hook: exit 1: no space left on device\nFATA exit status 1", "backup.pre-hook", result.Fail},
		{"ERROR path data: /a.json: the labels name it, but it isn't there\nFATA exit status 1", "/a.json", result.Fail},
		{"ERROR restic backup: exit status 1: no space left on device\nFATA exit status 1", "no space", result.Error},
		{"ERROR restic restore: exit status 1: ignoring error for /data/sub: mkdir /data/sub: too many levels of symbolic links\nFATA exit status 1", "symbolic links", result.Fail},
		{"ERROR restic backup: exit status 3: lstat /volumes/db/_data/x: no such file or directory (Warning: at least one source file could not be read)\nFATA exit status 1", "/_data/x", result.Fail},
		{"ERROR restic backup: exit status 3: read /volumes/db/_data/x: input/output error (Warning: at least one source file could not be read)\nFATA exit status 1", "input/output", result.Error},
		{"FATA no backupbot discovered, is it deployed?", "no backupbot", result.Error},
	} {
		err := a.blameBackup(context.Background(), "backup", &abra.Error{Exit: 1, Stderr: tt.shown})
		if result.OutcomeOf(err) != tt.want || !strings.Contains(err.Error(), tt.reason) {
			t.Errorf("%q: want %s, got %s: %v", tt.shown, tt.want, result.OutcomeOf(err), err)
		}
	}
}

// Where abra can't name a snapshot, the newest is taken only while it is the one that is meant.
func TestRestoreWithoutTheFlag(t *testing.T) {
	older, newer := restic.Snapshot{ID: "0a1b2c3d4e"}, restic.Snapshot{ID: "ffffffffff"}
	if err := isNewest([]restic.Snapshot{newer, older}, "0a1b2c3d"); err != nil {
		t.Error(err)
	}
	for name, own := range map[string][]restic.Snapshot{"a newer one exists": {older, newer}, "none": nil} {
		if isNewest(own, "0a1b2c3d") == nil {
			t.Errorf("%s: want an error", name)
		}
	}
}
