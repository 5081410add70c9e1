package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"coopcloud.tech/cc-ci/internal/result"
)

// The exit statuses, a promise (I1). 78 is never used: Drone's exec runner reads it
// as "stop the pipeline and call it a pass".
const (
	exitGreen       = 0
	exitRed         = 1 // a recipe failed its test
	exitUsage       = 2 // usage, or a bad plan
	exitInfra       = 3 // no swarm, no abra, no disk: nothing is said about the recipe
	exitInterrupted = 130
)

// usageError is a mistake of the person at the keyboard.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// verdict is the end of a run that was reported already: nothing more is printed.
type verdict struct{ outcome result.Outcome }

func (v verdict) Error() string { return string(v.outcome) }

// coded is an end whose status was decided elsewhere: by a stage, by another process.
type coded struct {
	code int
	said error // nil: it was reported already
}

func (c coded) Error() string {
	if c.said == nil {
		return fmt.Sprintf("ended with status %d", c.code)
	}
	return c.said.Error()
}

func (c coded) Unwrap() error { return c.said }

// ended gives the error for a status and what has to be said with it; nil for a green end.
// An error is never green.
func ended(code int, said error) error {
	switch {
	case code == exitGreen && said == nil:
		return nil
	case code == exitGreen:
		code = exitInfra
	}
	return coded{code, said}
}

// exitCode is the one mapping from errors to statuses. It prints what wasn't said yet.
func exitCode(stderr io.Writer, err error) int {
	var v verdict
	var u usageError
	var c coded
	switch {
	case err == nil:
		return exitGreen
	case errors.As(err, &c):
		if c.said != nil {
			fmt.Fprintf(stderr, "cc-ci: %v\n", c.said)
		}
		return c.code
	case errors.As(err, &v):
		return v.outcome.ExitStatus()
	case errors.Is(err, errInterrupted), errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "cc-ci: interrupted")
		return exitInterrupted
	case errors.As(err, &u):
		fmt.Fprintf(stderr, "cc-ci: %v\n", err)
		return exitUsage
	}
	fmt.Fprintf(stderr, "cc-ci: %v\n", err)
	return exitInfra
}
