package app

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"coopcloud.tech/cc-ci/internal/abra"
	"coopcloud.tech/cc-ci/internal/restic"
	"coopcloud.tech/cc-ci/internal/result"
)

// Repository is where the server's backup service keeps snapshots.
func (a *App) Repository() restic.Repository { return restic.Repository{Engine: a.Engine} }

// Backup saves the app as an operator does and gives the snapshot's id. A backup
// service that isn't there or can't write is the infrastructure's fault, all else the recipe's.
func (a *App) Backup(ctx context.Context) (string, error) {
	a.Tell("backup")
	if err := a.Repository().Present(ctx); err != nil {
		return "", fmt.Errorf("backup: %w", err)
	}
	id, err := a.Abra.BackupCreate(ctx, a.Names.Domain)
	return id, a.blameBackup(ctx, "backup", err)
}

// Restore puts the snapshot back and waits until every service runs again: a hook may have
// stopped one. Where abra can't name a snapshot, its newest is taken, but only while that
// is the one that is meant.
func (a *App) Restore(ctx context.Context, snapshot string) error {
	a.Tell("restore snapshot " + snapshot[:min(8, len(snapshot))])
	if err := a.blameBackup(ctx, "restore", a.restore(ctx, snapshot)); err != nil {
		return err
	}
	if err := a.Settled(ctx); err != nil {
		return err
	}
	a.converged = time.Now()
	return nil
}

func (a *App) restore(ctx context.Context, snapshot string) error {
	err := a.Abra.Restore(ctx, a.Names.Domain, snapshot)
	if errors.Is(err, abra.ErrNoSnapshotFlag) {
		own, look := a.Snapshots(ctx)
		if look != nil {
			return look
		}
		if err := isNewest(own, snapshot); err != nil {
			return err
		}
		err = a.Abra.RestoreLatest(ctx, a.Names.Domain)
	}
	return err
}

func isNewest(own []restic.Snapshot, snapshot string) error {
	if len(own) == 0 || !strings.HasPrefix(own[len(own)-1].ID, snapshot) {
		return fmt.Errorf("restore: this abra can't be told to take snapshot %s, and it isn't the app's newest", snapshot)
	}
	return nil
}

// Snapshots lists the app's in the backup repository, oldest first; none where there
// is no backup service.
func (a *App) Snapshots(ctx context.Context) ([]restic.Snapshot, error) {
	all, err := a.Repository().Snapshots(ctx)
	if errors.Is(err, restic.ErrNone) {
		return nil, nil
	}
	var own []restic.Snapshot
	for _, s := range all {
		if s.Of(a.Names.Stack) {
			own = append(own, s)
		}
	}
	return own, err
}

// ForgetSnapshots removes the app's snapshots and proves it: what it gives is left (S8).
// A backup that is still going on is ended first.
func (a *App) ForgetSnapshots(ctx context.Context) ([]string, error) {
	if err := a.Repository().Stop(ctx, a.Names.Stack); err != nil {
		return nil, err
	}
	own, err := a.Snapshots(ctx)
	if err != nil || len(own) == 0 {
		return nil, err
	}
	a.Tell(fmt.Sprintf("forgetting %d snapshots", len(own)))
	err = a.Repository().Forget(ctx, own)
	left, look := a.Snapshots(ctx)
	var names []string
	for _, s := range left {
		names = append(names, s.String())
	}
	if err = errors.Join(err, look); err == nil && len(names) > 0 {
		err = fmt.Errorf("%d snapshots of %s are left", len(names), a.Names.Stack)
	}
	return names, err
}

// serverFault recognises what the backup service's own trouble looks like.
var serverFault = regexp.MustCompile(`(?i)restic|repository|no space left on device|no backupbot|docker daemon`)

// vanished recognises files that the app took away while they were saved: such data are to be dumped, or left out.
var vanished = regexp.MustCompile(`no such file or directory.*source file could not be read`)

// blameBackup says whose fault a refused backup verb is. A hook's own words may be anything, so a hook is looked for first. The
// backup service follows no links in volumes: one in the place of a folder is the app's doing.
func (a *App) blameBackup(ctx context.Context, verb string, err error) error {
	var refused *abra.Error
	if err == nil || !errors.As(err, &refused) {
		return stopped(ctx, err)
	}
	why := reason(refused.Stderr)
	err = fmt.Errorf("%s: %s", verb, a.Mask.String(why))
	apps := strings.Contains(why, "hook") || strings.Contains(why, unix.ELOOP.Error()) || vanished.MatchString(why)
	if !apps && serverFault.MatchString(why) {
		return err
	}
	return result.Fault(err)
}

// reason is the last line that the backup service said before abra's own.
func reason(text string) string {
	last, own := "", ""
	for line := range strings.Lines(text) {
		switch line = strings.TrimSpace(line); {
		case line == "":
		case strings.HasPrefix(line, "FATA"):
			own = line
		case strings.HasPrefix(line, "ERROR"), strings.HasPrefix(last, "ERROR") && !strings.HasPrefix(line, "{"):
			last = line
		case !strings.HasPrefix(last, "ERROR"):
			last = line
		}
	}
	if last == "" {
		return own
	}
	return strings.TrimSpace(strings.TrimPrefix(last, "ERROR"))
}

// Settled waits until no service of the app is being replaced: a backup's hooks need running containers (contract section 8).
func (a *App) Settled(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Duration(a.Plan.Limits.Deploy), errLimit)
	defer cancel()
	return stopped(ctx, a.Engine.Converge(ctx, a.Names.Stack, time.Now()))
}

// DestroyVolumes takes the app's services and volumes away and keeps its secrets and env file.
func (a *App) DestroyVolumes(ctx context.Context) error {
	a.Tell("destroying the volumes")
	left, err := a.Engine.SweepBut(ctx, a.Names.Stack, "secret")
	if len(left) > 0 {
		return fmt.Errorf("%d objects of %s are left: %w", len(left), a.Names.Stack, err)
	}
	return err
}
