// Package janitor reaps what dead runs left behind (S9): their apps in the swarm,
// their snapshots in the backup repository, their folders, their sandboxes. It runs at the start of every run.
//
// Contract: a run is dead exactly when its lock can be taken, which the kernel answers;
// age is never judged, but for how long what a run left to be read is kept. The lock is
// held while the run is reaped. Only names of a run's form under this site's CI domain are
// looked at, so an app that is no test's is never touched, and a live run's neither,
// whoever started it.
package janitor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"coopcloud.tech/cc-ci/internal/lock"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// Engine is what the janitor needs of the swarm.
type Engine interface {
	Objects(context.Context) ([]swarm.Object, error)
	Sweep(ctx context.Context, stack string) ([]swarm.Object, error)
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
	held := j.take(stacks, &r)
	defer func() {
		for _, l := range held {
			l.Release()
		}
	}()
	if err := j.reap(ctx, held, &r); err != nil {
		return r, fmt.Errorf("janitor: %w", err)
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

// take takes the locks of the dead among the stacks; the others are noted as live.
func (j Janitor) take(stacks []string, r *Report) map[string]*lock.Lock {
	dead := map[string]*lock.Lock{}
	for _, stack := range stacks {
		held, err := j.Locks.Take(stack)
		if err == nil {
			dead[stack] = held
			continue
		}
		if !errors.Is(err, lock.ErrHeld) {
			r.Left = append(r.Left, fmt.Sprintf("stack %s: %v", stack, err))
		}
		r.Live = append(r.Live, stack) // what can't be judged counts as live
	}
	return dead
}

// together is how many dead apps are removed at a time: each waits for the engine more than it works.
const together = 4

// reap removes the apps whose locks are held, and the snapshots of all of them at once: a look
// into the repository costs as much as the removal of an app.
func (j Janitor) reap(ctx context.Context, held map[string]*lock.Lock, r *Report) error {
	if len(held) == 0 {
		return nil
	}
	// A live run may have removed its app and ended since it was listed: that is no dead one.
	dead, err := j.there(ctx, held)
	if err != nil {
		return err
	}
	var (
		mu   sync.Mutex
		all  sync.WaitGroup
		room = make(chan struct{}, together)
		gone []string
		errs []error
	)
	for _, stack := range dead {
		all.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			left, err := j.sweep(ctx, stack)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case len(left) > 0:
				r.Left = append(r.Left, left...)
			case err != nil:
				errs = append(errs, fmt.Errorf("%s: %w", stack, err))
			default:
				gone = append(gone, stack)
			}
		})
	}
	all.Wait()
	slices.Sort(gone)
	slices.Sort(r.Left)
	if err := j.forget(ctx, gone...); err != nil {
		return errors.Join(append(errs, err)...)
	}
	for _, stack := range gone {
		r.Reaped = append(r.Reaped, "app "+stack)
	}
	return errors.Join(errs...)
}

// there gives those of the held stacks whose name anything bears now, sorted.
func (j Janitor) there(ctx context.Context, held map[string]*lock.Lock) ([]string, error) {
	objs, err := j.Engine.Objects(ctx)
	if err != nil {
		return nil, err
	}
	now := j.stacks(objs)
	saved, err := j.saved(ctx)
	if err != nil {
		return nil, err
	}
	var dead []string
	for stack := range held {
		if slices.Contains(now, stack) || len(saved[stack]) > 0 {
			dead = append(dead, stack)
		}
	}
	slices.Sort(dead)
	return dead, nil
}

// Remove takes one app away, and its snapshots. It gives what is left of it. The caller
// holds the stack's lock.
func (j Janitor) Remove(ctx context.Context, stack string) (left []string, err error) {
	if left, err = j.sweep(ctx, stack); len(left) > 0 || err != nil {
		return left, err
	}
	return nil, j.forget(ctx, stack)
}

// limit bounds what is done for one app.
func (j Janitor) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, cmp.Or(j.Limit, 2*time.Minute))
}

// sweep removes what the swarm has of one app.
func (j Janitor) sweep(ctx context.Context, stack string) (left []string, err error) {
	ctx, cancel := j.limit(ctx)
	defer cancel()
	objs, err := j.Engine.Sweep(ctx, stack)
	return swarm.Strings(objs), err
}
