package swarm

import (
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/swarm"
)

// Only what nothing but its restart condition lets end is told: jobs, and services that run once, are meant to.
func TestEndedUnsaid(t *testing.T) {
	done, old := since("new", swarm.TaskStateComplete, time.Second), since("old", swarm.TaskStateComplete, time.Second)
	with := func(c swarm.RestartPolicyCondition) swarm.Service {
		s := service(1, "new")
		s.Spec.TaskTemplate.RestartPolicy = &swarm.RestartPolicy{Condition: c}
		return s
	}
	checked, job := with(swarm.RestartPolicyConditionOnFailure), with(swarm.RestartPolicyConditionOnFailure)
	checked.Spec.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{Image: "new", Healthcheck: &container.HealthConfig{Test: []string{"CMD", "true"}}}
	job.Spec.Mode = swarm.ServiceMode{ReplicatedJob: &swarm.ReplicatedJob{}}
	for _, tt := range []struct {
		name    string
		service swarm.Service
		task    swarm.Task
		want    bool
	}{
		{"on-failure", with(swarm.RestartPolicyConditionOnFailure), done, true},
		{"on-failure, runs", with(swarm.RestartPolicyConditionOnFailure), since("new", swarm.TaskStateRunning, time.Second), false},
		{"on-failure, failed", with(swarm.RestartPolicyConditionOnFailure), since("new", swarm.TaskStateFailed, time.Second), false},
		{"on-failure, the version before", with(swarm.RestartPolicyConditionOnFailure), old, false},
		{"none", with(swarm.RestartPolicyConditionNone), done, false},
		{"any", with(swarm.RestartPolicyConditionAny), done, false},
		{"a health check", checked, done, false},
		{"a job", job, done, false},
		{"the engine's default", service(1, "new"), done, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.task.Spec.ContainerSpec.Image == "new" {
				tt.task.Spec = tt.service.Spec.TaskTemplate
			}
			if got := endedUnsaid(tt.service, []swarm.Task{tt.task}); got != tt.want {
				t.Errorf("expected %v, found %v", tt.want, got)
			}
		})
	}
}
