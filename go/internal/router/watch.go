package router

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/swarm"
)

// Engine is what the router asks of the Docker engine.
type Engine interface {
	ServiceList(context.Context, swarm.ServiceListOptions) ([]swarm.Service, error)
	TaskList(context.Context, swarm.TaskListOptions) ([]swarm.Task, error)
}

// watch keeps the routes up to date until ctx ends. It polls, because the engine
// tells no event when a task's state changes.
func (r *Router) watch(ctx context.Context) {
	tick := time.NewTicker(r.Poll)
	defer tick.Stop()
	for {
		problems := map[string]bool{}
		for line := range strings.Lines(text(r.look(ctx))) {
			line = strings.TrimSpace(line)
			problems[line] = true
			if !r.known[line] && ctx.Err() == nil {
				r.Log.Warn(line)
			}
		}
		r.known = problems
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// look reads the engine once. When it doesn't answer, the routes stay as they are.
func (r *Router) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	services, err := r.Engine.ServiceList(ctx, swarm.ServiceListOptions{
		Filters: filters.NewArgs(filters.Arg("label", "traefik.enable=true")),
	})
	if err != nil {
		return fmt.Errorf("list services: %w", err)
	}
	tasks, err := r.Engine.TaskList(ctx, swarm.TaskListOptions{
		Filters: filters.NewArgs(filters.Arg("desired-state", "running")),
	})
	if err != nil {
		return fmt.Errorf("list tasks: %w", err)
	}
	routes, problems := table(services, tasks, r.Network)
	r.routes.Store(&routes)
	return problems
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
