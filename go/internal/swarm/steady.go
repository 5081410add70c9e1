package swarm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/docker/docker/api/types/swarm"

	"coopcloud.tech/cc-ci/internal/result"
)

// ErrCrashed means that a service kept failing after the whole stack had been ready:
// the recipe's fault. The error's text says which service and what its task said.
var ErrCrashed = result.Fault(errors.New("a service does not stay up"))

// A service that crashed is watched until it has run for so long; at so many crashes it
// counts as a loop.
const (
	steadyFor   = 10 * time.Second
	loopCrashes = 3
)

// Steady looks whether services of the stack have failed since a moment at which all
// of them were ready; one that runs for some seconds, again and again, was running
// when it was looked at. It looks until atLeast has passed since that moment: a service whose
// first crash is still to come looks like one that stays up. What failed before that moment, while
// one waited for another, is forgiven. A service that crashed and stays up now is told in the
// text; a loop is ErrCrashed.
func (e *Engine) Steady(ctx context.Context, stack string, since time.Time, atLeast time.Duration) (told string, err error) {
	for {
		services, err := e.Services(ctx, stack)
		if err != nil {
			return "", err
		}
		tasks, err := e.tasks(ctx, services)
		if err != nil {
			return "", err
		}
		if err := e.verify(ctx, tasks); err != nil {
			return "", err
		}
		told, enough, err := steadyState(stack, services, tasks, since, time.Now())
		if err != nil {
			return "", err
		}
		if enough && time.Since(since) >= atLeast {
			return told, nil
		}
		select {
		case <-ctx.Done():
			if told == "" {
				return "", context.Cause(ctx)
			}
			return "", fmt.Errorf("%w: %s", ErrCrashed, told)
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// steadyState says at a moment what crashed since another, and whether all of that has run for long enough again.
func steadyState(stack string, services []swarm.Service, tasks map[string][]swarm.Task, since, now time.Time) (told string, enough bool, err error) {
	var crashed []string
	enough = true
	for _, s := range services {
		n, last := crashes(s, tasks[s.ID], since)
		if n == 0 {
			continue
		}
		text := fmt.Sprintf("service %s failed %d times after it was ready, the last: %s", short(stack, s.Spec.Name), n, cmp.Or(last.Status.Err, "it ended by itself, with status 0"))
		if n >= loopCrashes {
			return "", false, fmt.Errorf("%w: %s", ErrCrashed, text)
		}
		crashed = append(crashed, text)
		enough = enough && now.Sub(upSince(tasks[s.ID], now)) > steadyFor
	}
	return strings.Join(crashed, "; "), enough, nil
}

// upSince gives when the service's newest task began to run; now, where it doesn't yet: a
// busy engine may take longer to start it again than it then runs.
func upSince(tasks []swarm.Task, now time.Time) time.Time {
	newest := newestFirst(tasks)[0]
	if newest.Status.State == swarm.TaskStateRunning {
		return newest.Status.Timestamp
	}
	return now
}

// crashes counts the tasks of the present specification that failed after since, and gives the last one. One that
// ended with status 0 failed as well, unless its service is meant to end: the engine starts it again and again.
func crashes(s swarm.Service, tasks []swarm.Task, since time.Time) (n int, last swarm.Task) {
	for _, t := range newestFirst(tasks) {
		ended := t.Status.State == swarm.TaskStateFailed || t.Status.State == swarm.TaskStateComplete && !runsOnce(s)
		if !ended || !t.Status.Timestamp.After(since) || !sameSpec(t.Spec, s.Spec.TaskTemplate) {
			continue
		}
		if n++; n == 1 {
			last = t
		}
	}
	return n, last
}
