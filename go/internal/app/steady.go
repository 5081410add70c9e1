package app

import (
	"context"
	"time"
)

// watchFor is how long a version must be seen to stay up before it is taken away. Swarm itself
// watches an update for five seconds; what crashes later is met by who uses it for longer.
const watchFor = 6 * time.Second

// Steady tells whether every service has stayed up since the last Deploy or Restore, as far as that
// can be told now: see swarm.Steady.
func (a *App) Steady(ctx context.Context) (string, error) { return a.watch(ctx, 0) }

// Outlast is Steady before the last deployment of a version goes: where no deployment of it was watched
// for long enough yet, this one is.
func (a *App) Outlast(ctx context.Context) (string, error) {
	if a.watched >= watchFor {
		return a.watch(ctx, 0)
	}
	return a.watch(ctx, watchFor)
}

func (a *App) watch(ctx context.Context, atLeast time.Duration) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, errLimit)
	defer cancel()
	told, err := a.Engine.Steady(ctx, a.Names.Stack, a.converged, atLeast)
	if err == nil {
		a.watched = max(a.watched, time.Since(a.converged))
	}
	return told, stopped(ctx, err)
}
