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

// exitCode is the one mapping from errors to statuses. It prints what wasn't said yet.
func exitCode(stderr io.Writer, err error) int {
	var v verdict
	var u usageError
	switch {
	case err == nil:
		return exitGreen
	case errors.As(err, &v):
		return outcomeCode(v.outcome)
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

func outcomeCode(o result.Outcome) int {
	switch o {
	case result.Pass, result.NotApplicable:
		return exitGreen
	case result.Fail:
		return exitRed
	}
	return exitInfra // a run that says nothing about the recipe is no pass
}
