package swarm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/swarm"

	"coopcloud.tech/cc-ci/internal/result"
)

// ErrUnhealthy means that the stack did not become what its services ask for: the
// recipe's fault. The error's text says which service and what its tasks said.
var ErrUnhealthy = result.Fault(errors.New("stack did not converge"))

// ErrStuck means that the engine left a task without an address or a node: nothing of
// the recipe has run, so it is not the recipe's fault.
var ErrStuck = errors.New("the engine can't place a task (its log says why; addresses of a network may be used up)")

// soon is how long after an event a task's state is looked for; the pauses grow from there to a second.
const soon = 100 * time.Millisecond

// Converge waits until every service of the stack runs what it asks for: the wanted
// number of tasks, of the service's present specification, each healthy where it has
// a health check, and no older ones beside them. It waits on the engine's events and
// reads the tasks after each; a read at least every second guards against a lost event.
//
// N/N replicas alone is not enough, since a stop-first update may not have begun (contract
// section 7), and a previous update's "completed" is still read for a while after the
// call: so tasks are compared with the specification. It ends early, with ErrUnhealthy, on
// a rollback and on an image that is not there; a crash loop may still heal and lasts
// until ctx ends.
func (e *Engine) Converge(ctx context.Context, stack string, since time.Time) error {
	watch, stop := context.WithCancel(ctx)
	defer stop()
	events, failed := e.api.Events(watch, anyEvent())
	// A container's event comes before the manager has its task's state, and none follows: so each is looked after soon.
	pause := soon
	state := "no answer from the engine yet"
	for {
		done, waiting, err := e.converged(ctx, stack, since)
		if err == nil && done {
			return nil
		}
		if errors.Is(err, ErrUnhealthy) || errors.Is(err, ErrStuck) {
			return err
		}
		if waiting != "" {
			state = waiting
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w in time: %s", ErrUnhealthy, state)
		case <-events:
			pause = soon
		case <-failed:
			failed = nil // asked for again after the pause: an engine that is away refuses at once
		case <-time.After(pause):
			pause = min(2*pause, time.Second)
			if failed == nil {
				events, failed = e.api.Events(watch, anyEvent())
			}
		}
	}
}

// anyEvent asks for all container and service events: those of services carry no
// stack label, so nothing narrower can be asked for.
func anyEvent() events.ListOptions {
	return events.ListOptions{Filters: filters.NewArgs(filters.Arg("type", "container"), filters.Arg("type", "service"))}
}

// converged reads services and tasks once, and asks the containers where nothing seems to be missing.
// waiting says what is.
func (e *Engine) converged(ctx context.Context, stack string, since time.Time) (done bool, waiting string, err error) {
	services, err := e.Services(ctx, stack)
	if err != nil {
		return false, "", err
	}
	if len(services) == 0 {
		return false, "the stack has no services", nil
	}
	tasks, err := e.tasks(ctx, services)
	if err != nil {
		return false, "", err
	}
	waiting, err = stackState(stack, services, tasks, since)
	if err != nil || waiting != "" {
		return false, waiting, err
	}
	if err := e.verify(ctx, tasks); err != nil {
		return false, "", err
	}
	waiting, err = stackState(stack, services, tasks, since)
	return err == nil && waiting == "", waiting, err
}

// tasks lists the tasks of these services by id. Never by the stack's label: that
// also lists tasks of a former stack of the same name.
func (e *Engine) tasks(ctx context.Context, services []swarm.Service) (map[string][]swarm.Task, error) {
	f := filters.NewArgs()
	for _, s := range services {
		f.Add("service", s.ID)
	}
	list, err := e.api.TaskList(ctx, swarm.TaskListOptions{Filters: f})
	if err != nil {
		return nil, fmt.Errorf("tasks: %w", err)
	}
	by := map[string][]swarm.Task{}
	for _, t := range list {
		by[t.ServiceID] = append(by[t.ServiceID], t)
	}
	return by, nil
}
