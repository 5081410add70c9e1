package bridge

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"coopcloud.tech/cc-ci/internal/lock"
)

const (
	cycleLimit = 5 * time.Minute        // for one cycle, whatever hangs
	cycleGap   = 300 * time.Millisecond // between two, however often somebody wakes us
)

// Activate waits until no other bridge of the organisation on this machine is active, and
// reads the cursor that it left. locks is the machine's folder of locks. The bridge is
// active until release is called, or the process ends.
func (b *Bridge) Activate(ctx context.Context, locks string) (release func(), err error) {
	held, err := b.lock(ctx, locks)
	if err != nil {
		return nil, err
	}
	removeTorn(b.cfg.State)
	if b.cursor, err = readCursor(b.cfg.State); err != nil {
		held.Release() //nolint:errcheck // the first error says more
		return nil, err
	}
	return func() { held.Release() }, nil //nolint:errcheck // the kernel drops it with the process
}

// Run looks every interval and whenever it is woken, until ctx ends.
func (b *Bridge) Run(ctx context.Context) {
	b.health.active()
	b.log.Info("active", "organisation", b.cfg.Organisation, "interval", b.cfg.Interval.String())
	for pause := b.cfg.Interval; ; {
		if err := b.limited(ctx); ctx.Err() != nil {
			return
		} else if err != nil {
			pause = min(max(pause, b.times.retry)*2, max(b.times.slowest, b.cfg.Interval))
			b.log.Warn("cycle failed", "again in", pause.String(), "error", err)
		} else {
			pause = b.cfg.Interval
		}
		if !b.sleep(ctx, pause) {
			return
		}
	}
}

func (b *Bridge) limited(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, cycleLimit, fmt.Errorf("a cycle's limit of %s is over", cycleLimit))
	defer cancel()
	err := b.Cycle(ctx)
	b.health.cycle(b.now(), err, len(b.open))
	return err
}

// sleep waits for the pause or until it is woken; false where ctx ended.
func (b *Bridge) sleep(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(min(cycleGap, pause))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	}
	timer.Reset(max(pause-cycleGap, 0))
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-b.wake:
		b.health.count("cycle", "woken")
	}
	return true
}

func (b *Bridge) lock(ctx context.Context, locks string) (*lock.Lock, error) {
	folder, err := lock.Open(locks, "bridge")
	if err != nil {
		return nil, err
	}
	h := fnv.New64a()
	h.Write([]byte(b.cfg.Organisation)) //nolint:errcheck // a hash never fails
	held, err := folder.Wait(ctx, fmt.Sprintf("org-%x", h.Sum64()), func() {
		b.log.Info("another bridge of this organisation is active; waiting", "organisation", b.cfg.Organisation)
	})
	if err != nil {
		return nil, fmt.Errorf("bridge of %s: %w", b.cfg.Organisation, err)
	}
	return held, nil
}
