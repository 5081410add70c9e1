package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"
)

var errInterrupted = errors.New("interrupted")

// sameSignal is how long after the first a SIGTERM or SIGHUP is taken for its echo:
// timeout(1), and others that signal a process and its group, send each twice. A variable for tests.
var sameSignal = 2 * time.Second

// interruptible gives a context that ends with the first SIGINT, SIGTERM or SIGHUP,
// so that the run tears itself down. The second one ends the process at once; what
// it leaves is the next run's janitor's (S8, S9).
func interruptible(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	// A reader that went away (`| head`, a lost connection) must not end the process
	// before teardown: writes get an error instead. Ignored, it would be so for children.
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	done := make(chan struct{})
	go func() {
		select {
		case <-signals:
			cancel(errInterrupted)
		case <-done:
			return
		}
		for first := time.Now(); ; {
			select {
			case sig := <-signals:
				if sig == syscall.SIGINT || time.Since(first) > sameSignal {
					os.Exit(exitInterrupted)
				}
			case <-done:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		signal.Stop(broken)
		close(done)
		cancel(nil)
	}
}
