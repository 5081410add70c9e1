package swarm

import (
	"context"
	"fmt"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/swarm"

	"coopcloud.tech/cc-ci/internal/result"
)

// Explain says of every service of the stack what its newest tasks did and what it
// logged last (U4). It is made for a red stage and gives what it can get.
func (e *Engine) Explain(ctx context.Context, stack string, logLines int) []result.Service {
	services, err := e.Services(ctx, stack)
	if err != nil {
		return nil
	}
	tasks, err := e.tasks(ctx, services)
	if err != nil {
		return nil
	}
	var out []result.Service
	for _, s := range services {
		r := result.Service{Name: short(stack, s.Spec.Name)}
		for _, t := range newestFirst(tasks[s.ID])[:min(5, len(tasks[s.ID]))] {
			text := fmt.Sprintf("%s (wanted %s)", t.Status.State, t.DesiredState)
			if t.Status.Err != "" {
				text += ": " + t.Status.Err
			}
			if c := t.Status.ContainerStatus; c != nil && c.ExitCode != 0 {
				text += fmt.Sprintf(" (exit %d)", c.ExitCode)
			}
			r.Tasks = append(r.Tasks, text+e.ailment(ctx, t))
		}
		if r.Log, err = e.Tail(ctx, s, logLines); err != nil {
			r.Log = []string{err.Error()}
		}
		out = append(out, r)
	}
	return out
}

// ailment says what the engine knows of a task's container beyond its exit: killed
// for want of memory, or what its health check last said.
func (e *Engine) ailment(ctx context.Context, t swarm.Task) string {
	if t.Status.ContainerStatus == nil {
		return ""
	}
	c, err := e.api.ContainerInspect(ctx, t.Status.ContainerStatus.ContainerID)
	if err != nil || c.ContainerJSONBase == nil || c.State == nil {
		return "" // the engine keeps the last few containers of a service only
	}
	if c.State.OOMKilled {
		return "; killed: out of memory"
	}
	h := c.State.Health
	if h == nil || h.Status == container.Healthy || len(h.Log) == 0 {
		return ""
	}
	last := h.Log[len(h.Log)-1]
	return fmt.Sprintf("; health check: %s, exit %d: %s", h.Status, last.ExitCode, strings.TrimSpace(last.Output))
}
