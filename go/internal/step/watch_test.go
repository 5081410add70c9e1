package step

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestWatchAbandonsAndCounts(t *testing.T) {
	old := grace
	grace = 10 * time.Millisecond
	defer func() { grace = old }()
	release, gone := make(chan struct{}), make(chan struct{})
	err := watch(context.Background(), time.Millisecond, func(context.Context) error {
		defer close(gone)
		<-release // deaf to its context
		return nil
	})
	if !errors.Is(err, ErrAbandoned) || abandoned.Load() != 1 {
		t.Fatalf("got %v, %d abandoned", err, abandoned.Load())
	}
	close(release)
	<-gone
	for deadline := time.After(5 * time.Second); abandoned.Load() != 0; {
		select {
		case <-deadline:
			t.Fatalf("%d abandoned after its end", abandoned.Load())
		default:
		}
	}
}

func TestWatchTakesALateEnd(t *testing.T) {
	late := errors.New("late")
	err := watch(context.Background(), time.Millisecond, func(ctx context.Context) error {
		<-ctx.Done()
		return late
	})
	if !errors.Is(err, late) || abandoned.Load() != 0 {
		t.Errorf("got %v, %d abandoned", err, abandoned.Load())
	}
}

func TestWatchTurnsPanicIntoError(t *testing.T) {
	err := watch(context.Background(), time.Minute, func(context.Context) error { panic("oh") })
	if err == nil || !strings.HasPrefix(err.Error(), "panic: oh") {
		t.Errorf("got %v", err)
	}
}
