package swarm

import (
	"cmp"
	"context"
	"fmt"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/swarm"
)

// verify asks the containers of tasks that run, or that ended well, and corrects where the swarm's word
// doesn't hold. A container that its health check fails is stopped by the engine; where it then ends with
// status 0, the swarm calls its task running, for some ten milliseconds, and complete from then on
// (moby, daemon/cluster/executor/container/controller.go: Start gives no error when such a container dies).
func (e *Engine) verify(ctx context.Context, tasks map[string][]swarm.Task) error {
	for _, of := range tasks {
		for i, t := range of {
			c := t.Status.ContainerStatus
			if c == nil || t.Status.State != swarm.TaskStateRunning && t.Status.State != swarm.TaskStateComplete {
				continue
			}
			seen, err := e.api.ContainerInspect(ctx, c.ContainerID)
			switch {
			case errdefs.IsNotFound(err):
				seen = container.InspectResponse{}
			case err != nil:
				return fmt.Errorf("container of task %s: %w", t.ID, err)
			}
			of[i] = corrected(t, seen)
		}
	}
	return nil
}

// corrected gives the task with the state that its container is in. One that has gone, as after a
// clean-up, says nothing against a task that is complete.
func corrected(t swarm.Task, c container.InspectResponse) swarm.Task {
	if t.Status.State == swarm.TaskStateRunning {
		if why := notUp(c); why != "" {
			t.Status.State, t.Status.Err = swarm.TaskStateStarting, why
		}
	} else if endedByCheck(c) {
		t.Status.State, t.Status.Err = swarm.TaskStateFailed, "unhealthy container, which ended with status 0"
	}
	return t
}

// notUp says what a container lacks to run and, where it has a health check, to be healthy.
func notUp(c container.InspectResponse) string {
	if c.ContainerJSONBase == nil || c.State == nil {
		return "its container has gone"
	}
	h := c.State.Health
	if c.State.Running && (h == nil || h.Status == container.Healthy) {
		return ""
	}
	why := "its container is " + c.State.Status
	if h != nil {
		why += ", its health check says " + h.Status
	}
	return why
}

// endedByCheck tells whether so many health checks failed that the engine stopped the container. Its
// health itself says nothing of that: the engine calls every container with a check unhealthy once it has ended.
func endedByCheck(c container.InspectResponse) bool {
	const retries = 3 // the engine's default
	return c.ContainerJSONBase != nil && c.State != nil && c.State.Health != nil && c.Config != nil && c.Config.Healthcheck != nil &&
		c.State.Health.FailingStreak >= cmp.Or(c.Config.Healthcheck.Retries, retries)
}
