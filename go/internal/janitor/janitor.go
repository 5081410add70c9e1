// Package janitor reaps what dead runs left behind (S9): their apps in the swarm,
// their snapshots in the backup repository, their folders, their sandboxes. It runs at the start of every run.
//
// Contract: a run is dead exactly when its lock can be taken, which the kernel
// answers; age is never judged, but for how long what a run left to be read is kept. The lock is held while the run is reaped. Only names
// of a run's form under this site's CI domain are looked at, so an app that is no
// test's is never touched, and a live run's neither, whoever started it.
package janitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"coopcloud.tech/cc-ci/internal/lock"
	"coopcloud.tech/cc-ci/internal/restic"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// Engine is what the janitor needs of the swarm.
type Engine interface {
	Objects(context.Context) ([]swarm.Object, error)
	Sweep(ctx context.Context, stack string) ([]swarm.Object, error)
}

// Repository is what the janitor needs of the backup repository.
type Repository interface {
	Snapshots(context.Context) ([]restic.Snapshot, error)
	Forget(context.Context, []restic.Snapshot) error
	Stop(ctx context.Context, stack string) error
}

// Janitor reaps on one engine for one CI domain.
type Janitor struct {
	Engine  Engine
	Backups Repository // nil: snapshots are not looked at
	Locks   lock.Folder
	// StackOf gives the stack of a run's form that an object's name begins with,
	// or "" (package recipe, S7).
	StackOf func(name string) string
	Limit   time.Duration // for one dead app; 2 minutes where zero
}

// Report says what one pass did.
type Report struct {
	Reaped []string // stacks and folders of dead runs, now gone
	Live   []string // stacks whose run lives
	Left   []string // objects that could not be removed
	Old    []string // folders of runs that ended long ago, now gone
}

// Apps removes the apps of dead runs. An app that can't be removed in time is named
// in Left and is no error: the next pass tries again.
func (j Janitor) Apps(ctx context.Context) (Report, error) {
	var r Report
	objs, err := j.Engine.Objects(ctx)
	if err != nil {
		return r, fmt.Errorf("janitor: %w", err)
	}
	saved, err := j.saved(ctx)
	if err != nil {
		return r, fmt.Errorf("janitor: %w", err)
	}
	stacks := j.stacks(objs)
	for stack := range saved {
		if !slices.Contains(stacks, stack) {
			stacks = append(stacks, stack)
		}
	}
	for _, stack := range stacks {
		if err := j.reap(ctx, stack, &r); err != nil {
			return r, fmt.Errorf("janitor: %s: %w", stack, err)
		}
	}
	return r, nil
}

// stacks names the apps of a run's form among the objects, each once.
func (j Janitor) stacks(objs []swarm.Object) []string {
	seen := map[string]bool{}
	var stacks []string
	for _, o := range objs {
		for _, name := range []string{o.Stack, o.Name} {
			if s := j.StackOf(name); s != "" && !seen[s] {
				seen[s] = true
				stacks = append(stacks, s)
			}
		}
	}
	return stacks
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

func (j Janitor) reap(ctx context.Context, stack string, r *Report) error {
	held, err := j.Locks.Take(stack)
	if err != nil {
		if !errors.Is(err, lock.ErrHeld) {
			r.Left = append(r.Left, fmt.Sprintf("stack %s: %v", stack, err))
		}
		r.Live = append(r.Live, stack) // what can't be judged counts as live
		return nil
	}
	defer held.Release()
	// A live run may have removed its app and ended since it was listed: that is no dead one.
	if there, err := j.there(ctx, stack); err != nil || !there {
		return err
	}
	left, err := j.Remove(ctx, stack)
	if len(left) > 0 {
		r.Left = append(r.Left, left...)
		return nil
	}
	if err != nil {
		return err
	}
	r.Reaped = append(r.Reaped, "app "+stack)
	return nil
}

// there tells whether anything bears the stack's name now.
func (j Janitor) there(ctx context.Context, stack string) (bool, error) {
	objs, err := j.Engine.Objects(ctx)
	if err != nil || slices.Contains(j.stacks(objs), stack) {
		return true, err
	}
	saved, err := j.saved(ctx)
	return len(saved[stack]) > 0, err
}

// Remove takes one app away, and its snapshots. It gives what is left of it. The caller
// holds the stack's lock.
func (j Janitor) Remove(ctx context.Context, stack string) (left []string, err error) {
	limit := j.Limit
	if limit == 0 {
		limit = 2 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	objs, err := j.Engine.Sweep(ctx, stack)
	if len(objs) > 0 || err != nil {
		return swarm.Strings(objs), err
	}
	return nil, j.forget(ctx, stack)
}

// forget removes the snapshots of a dead run, whose last backup may still be going on.
func (j Janitor) forget(ctx context.Context, stack string) error {
	if j.Backups == nil {
		return nil
	}
	if err := j.Backups.Stop(ctx, stack); err != nil {
		return err
	}
	saved, err := j.saved(ctx)
	if err != nil || len(saved[stack]) == 0 {
		return err
	}
	return j.Backups.Forget(ctx, saved[stack])
}
