package swarm

import (
	"context"
	"fmt"

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
			r.Tasks = append(r.Tasks, text)
		}
		if r.Log, err = e.Tail(ctx, s.ID, logLines); err != nil {
			r.Log = []string{err.Error()}
		}
		out = append(out, r)
	}
	return out
}
