package abra

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"coopcloud.tech/cc-ci/internal/result"
)

// ErrNoSnapshotFlag means that this abra's restore can't be told which snapshot.
var ErrNoSnapshotFlag = errors.New("`abra app restore` takes no -s")

// snapshotID finds a restic snapshot's id in what the backup service says, be it JSON or text (contract section 3.9).
var snapshotID = regexp.MustCompile(`(?:snapshot_id"?\s*[:=]?\s*"?|snapshot\s+)([0-9a-f]{8,64})\b`)

// BackupCreate saves the app and gives the new snapshot's id. It needs a terminal (contract section 3.9).
func (c CLI) BackupCreate(ctx context.Context, domain string) (string, error) {
	out, err := c.terminal(ctx, long, []string{"app", "backup", "create", domain, "-n"})
	if err != nil {
		return "", err
	}
	ids := snapshotID.FindAllStringSubmatch(out, -1)
	if len(ids) == 0 {
		return "", fmt.Errorf("abra app backup create: expected a snapshot's id in its output, found %q", result.LastLine(out))
	}
	return ids[len(ids)-1][1], nil
}

// Restore puts one snapshot back. ErrNoSnapshotFlag where this abra has no such flag: nothing was done then.
func (c CLI) Restore(ctx context.Context, domain, snapshot string) error {
	_, err := c.terminal(ctx, long, []string{"app", "restore", domain, "-s", snapshot, "-n"})
	if exit, ok := errors.AsType[*Error](err); ok && (strings.Contains(exit.Stderr, "unknown shorthand flag: 's'") || strings.Contains(exit.Stderr, "unknown flag")) {
		return fmt.Errorf("%w: %w", ErrNoSnapshotFlag, err)
	}
	return err
}

// RestoreLatest puts the app's newest snapshot back. The caller must know that it is the one it means.
func (c CLI) RestoreLatest(ctx context.Context, domain string) error {
	_, err := c.terminal(ctx, long, []string{"app", "restore", domain, "-n"})
	return err
}
