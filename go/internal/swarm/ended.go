package swarm

import (
	"context"

	"github.com/docker/docker/api/types/swarm"
)

// Ended tells of each service of the stack, by its short name, whether a task of it ended by itself with status 0 and is
// not started again, though nothing says that it is meant to end: many a service that is to stay has the restart
// condition "on-failure". A job says so, and so does the condition "none".
func (e *Engine) Ended(ctx context.Context, stack string) (map[string]bool, error) {
	services, err := e.Services(ctx, stack)
	if err != nil {
		return nil, err
	}
	tasks, err := e.tasks(ctx, services)
	if err != nil {
		return nil, err
	}
	if err := e.verify(ctx, tasks); err != nil {
		return nil, err
	}
	by := map[string]bool{}
	for _, s := range services {
		by[short(stack, s.Spec.Name)] = endedUnsaid(s, tasks[s.ID])
	}
	return by, nil
}

func endedUnsaid(s swarm.Service, tasks []swarm.Task) bool {
	m, p := s.Spec.Mode, s.Spec.TaskTemplate.RestartPolicy
	if m.ReplicatedJob != nil || m.GlobalJob != nil || !runsOnce(s) || p.Condition != swarm.RestartPolicyConditionOnFailure {
		return false
	}
	for _, t := range tasks {
		if t.Status.State == swarm.TaskStateComplete && sameSpec(t.Spec, s.Spec.TaskTemplate) {
			return true
		}
	}
	return false
}
