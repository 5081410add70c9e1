package bridge

import (
	"context"
	"errors"
	"time"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// maxPages bounds a search through Drone's list: 2,000 builds since the comment.
const maxPages = 20

// skew is how far the clocks of the forge, of Drone and of this machine may be apart.
const skew = time.Hour

// list gives the newest builds, asked for once a cycle.
func (b *Bridge) list(ctx context.Context) ([]trigger.Build, error) {
	if b.listed != nil {
		return b.listed, nil
	}
	list, err := b.to.Builds.Builds(ctx, 1)
	if err != nil {
		b.health.fault("drone", err)
		return nil, err
	}
	b.health.well("drone")
	b.listed = append([]trigger.Build{}, list...)
	return b.listed, nil
}

// lookUp finds the build that was made for key: the first, where a request that was
// given up came late and made a second. That one is cancelled while it waits.
func (b *Bridge) lookUp(ctx context.Context, key string, made time.Time) (trigger.Build, bool, error) {
	var first trigger.Build
	for page := 1; page <= maxPages; page++ {
		list, err := b.page(ctx, page)
		if err != nil {
			return trigger.Build{}, false, err
		}
		for _, v := range list { // newest first
			if !v.Of(key) {
				continue
			}
			if first.Number != 0 && first.Pending() {
				b.cancelSecond(ctx, first.Number, v.Number)
			}
			first = v
		}
		if len(list) == 0 || list[len(list)-1].Created.Before(made.Add(-skew)) {
			break
		}
	}
	return first, first.Number != 0, nil
}

func (b *Bridge) page(ctx context.Context, n int) ([]trigger.Build, error) {
	if n == 1 {
		return b.list(ctx)
	}
	return b.to.Builds.Builds(ctx, n)
}

func (b *Bridge) cancelSecond(ctx context.Context, second, first int64) {
	err := b.to.Builds.Cancel(ctx, second)
	b.log.Warn("a second build of one comment is cancelled", "build", second, "first", first, "error", err)
}

// build reads one build, from the cycle's list where it stands there.
func (b *Bridge) build(ctx context.Context, number int64) (trigger.Build, error) {
	list, err := b.list(ctx)
	if err != nil {
		return trigger.Build{}, err
	}
	for _, v := range list {
		if v.Number == number {
			return v, nil
		}
	}
	return b.to.Builds.Build(ctx, number)
}

// tooLong tells whether a build runs beyond the limit: Drone ends builds at a limit of its own, but
// one whose runner was killed stays running for ever, and keeps others from starting.
func (b *Bridge) tooLong(v trigger.Build) bool {
	return v.Running() && !v.Started.IsZero() && b.now().Sub(v.Started) > b.cfg.BuildLimit
}

// cancelStale cancels builds of recipes that run too long. Those of an open comment are
// cancelled where it is followed, and say so there.
func (b *Bridge) cancelStale(ctx context.Context) {
	if b.now().Before(b.due.stale) {
		return
	}
	list, err := b.list(ctx)
	if err != nil {
		return
	}
	b.due.stale = b.now().Add(b.times.stale)
	if err := b.guarded(ctx); err != nil {
		b.log.Error("no build is made", "error", err)
	}
	for _, v := range list {
		if v.Recipe() == "" || !b.tooLong(v) {
			continue
		}
		err := b.to.Builds.Cancel(ctx, v.Number)
		if err != nil && !errors.Is(err, trigger.ErrGone) {
			b.due.stale = b.now() // at the next cycle
		}
		b.health.count("cancelled", "limit")
		b.log.Warn("a build that runs beyond its limit is cancelled", "build", v.Number, "limit", b.cfg.BuildLimit.String(), "error", err)
	}
}
