package janitor

import (
	"context"
	"errors"

	"coopcloud.tech/cc-ci/internal/restic"
)

// Repository is what the janitor needs of the backup repository.
type Repository interface {
	Snapshots(context.Context) ([]restic.Snapshot, error)
	Forget(context.Context, []restic.Snapshot) error
	Stop(ctx context.Context, stack string) error
}

// saved gives the snapshots of apps of a run's form. A server without a backup service has none.
func (j Janitor) saved(ctx context.Context) (map[string][]restic.Snapshot, error) {
	if j.Backups == nil {
		return nil, nil
	}
	all, err := j.Backups.Snapshots(ctx)
	if errors.Is(err, restic.ErrNone) {
		return nil, nil
	}
	by := map[string][]restic.Snapshot{}
	for _, s := range all {
		for _, name := range s.Names() {
			if stack := j.StackOf(name); stack != "" {
				by[stack] = append(by[stack], s)
				break
			}
		}
	}
	return by, err
}

// forget removes the snapshots of dead runs, whose last backups may still be going on.
func (j Janitor) forget(ctx context.Context, stacks ...string) error {
	if j.Backups == nil || len(stacks) == 0 {
		return nil
	}
	for _, stack := range stacks {
		if err := j.stop(ctx, stack); err != nil {
			return err
		}
	}
	ctx, cancel := j.limit(ctx)
	defer cancel()
	saved, err := j.saved(ctx)
	if err != nil {
		return err
	}
	var theirs []restic.Snapshot
	for _, stack := range stacks {
		theirs = append(theirs, saved[stack]...)
	}
	if len(theirs) == 0 {
		return nil
	}
	return j.Backups.Forget(ctx, theirs)
}

func (j Janitor) stop(ctx context.Context, stack string) error {
	ctx, cancel := j.limit(ctx)
	defer cancel()
	return j.Backups.Stop(ctx, stack)
}
