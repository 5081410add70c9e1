package step

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// ErrAbandoned says that a step went on after its time was up and its context cancelled. It is the driver's own
// defect or that of a library, never the recipe's fault.
var ErrAbandoned = errors.New("the step ignored the end of its time and was abandoned")

// grace is what a step has for its end once its context is cancelled.
var grace = 5 * time.Second

// abandoned counts the abandoned steps that are still running in this process.
var abandoned atomic.Int64

// watch runs do with a time limit. It returns when do does, or some seconds after do
// should have. A panic in do is an error: teardown must still come.
func watch(ctx context.Context, limit time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var (
		done  = make(chan error, 1)
		ended atomic.Bool // by whoever is first: the step, or the one who abandons it
	)
	go func() {
		done <- calmly(ctx, do)
		if ended.Swap(true) {
			abandoned.Add(-1)
		}
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
	}
	abandoned.Add(1)
	if ended.Swap(true) {
		abandoned.Add(-1)
		return <-done
	}
	return fmt.Errorf("%w after %s", ErrAbandoned, limit+grace)
}

func calmly(ctx context.Context, do func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do(ctx)
}
