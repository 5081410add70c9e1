package browser

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// guard runs do, which talks to the driver, and doesn't wait longer than limit and
// the grace, whatever the driver does: then it ends the browser, which makes the
// call return.
func (b *Browser) guard(ctx context.Context, limit time.Duration, do func() error) error {
	done := make(chan error, 1)
	go func() {
		// A driver that died in the middle of an answer makes playwright-go panic.
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("the Playwright driver broke: %v", p)
			}
		}()
		done <- do()
	}()
	watchdog := time.NewTimer(limit + grace)
	defer watchdog.Stop()
	var cause error
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		cause = ctx.Err()
	case <-watchdog.C:
		cause = fmt.Errorf("%w: no answer from the browser %s after its limit of %s", errHung, grace, limit)
	}
	b.mu.Lock()
	b.broken = cause
	b.mu.Unlock()
	killed := b.opts.Sandbox.Kill(cause.Error())
	select {
	case <-done:
	case <-time.After(grace):
		killed = errors.Join(killed, errors.New("and its pending call did not end"))
	}
	return errors.Join(cause, killed)
}

// errHung marks a step at which the browser itself no longer answered.
var errHung = errors.New("the browser hung")

// stop reaps the driver. A driver that was killed is left to playwright-go's receive loop, which reaps it at the end of its pipe: Stop
// would close that pipe beside it, and v0.6000.0 panics where both do so at once. Stop is for a driver that outlives its Chromium.
func (b *Browser) stop() {
	b.mu.Lock()
	pw := b.pw
	b.pw, b.chromes = nil, nil
	b.mu.Unlock()
	if pw == nil {
		return
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if !reaped(pw.Pid(), dying) {
			_ = pw.Stop() // its error is that of a killed process
		}
	}()
	select {
	case <-ended:
	case <-time.After(grace):
	}
}

// reaped tells whether a child of this process is gone, its exit status taken, within the limit.
func reaped(pid int, limit time.Duration) bool {
	for end := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}
