package swarm

import (
	"errors"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/swarm"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func service(replicas uint64, image string) swarm.Service {
	return swarm.Service{Spec: swarm.ServiceSpec{
		TaskTemplate: spec(image), Mode: swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: &replicas}},
	}}
}

func spec(image string) swarm.TaskSpec {
	return swarm.TaskSpec{ContainerSpec: &swarm.ContainerSpec{Image: image}}
}

func task(image string, state, desired swarm.TaskState, after time.Duration) swarm.Task {
	return swarm.Task{Spec: spec(image), DesiredState: desired, Meta: swarm.Meta{CreatedAt: start.Add(after)},
		Status: swarm.TaskStatus{State: state}}
}

func TestServiceState(t *testing.T) {
	rejected := task("new", swarm.TaskStateRejected, swarm.TaskStateShutdown, time.Second)
	rejected.Status.Err = "No such image: new"
	early, late := start.Add(-time.Minute), start.Add(time.Second)
	rolled := func(at time.Time) swarm.Service {
		s := service(1, "new")
		s.UpdateStatus = &swarm.UpdateStatus{State: swarm.UpdateStateRollbackStarted, StartedAt: &at}
		return s
	}
	running := task("new", swarm.TaskStateRunning, swarm.TaskStateRunning, 0)
	limited := service(1, "new")
	limited.Spec.TaskTemplate.Resources = &swarm.ResourceRequirements{Limits: &swarm.Limit{MemoryBytes: 4 << 20}}
	defaulted, grace := service(1, "new"), time.Second
	defaulted.Spec.TaskTemplate.Runtime, defaulted.Spec.TaskTemplate.RestartPolicy = swarm.RuntimeContainer, &swarm.RestartPolicy{}
	defaulted.Spec.TaskTemplate.Resources, defaulted.Spec.TaskTemplate.Placement = &swarm.ResourceRequirements{}, &swarm.Placement{}
	defaulted.Spec.TaskTemplate.ContainerSpec.DNSConfig, defaulted.Spec.TaskTemplate.ContainerSpec.StopGracePeriod = &swarm.DNSConfig{}, &grace
	for _, tt := range []struct {
		name    string
		service swarm.Service
		tasks   []swarm.Task
		want    string
		fault   bool
	}{
		{"running", service(1, "new"), []swarm.Task{running}, "", false},
		{"none yet", service(1, "new"), nil, "0 of 1 tasks ready", false},
		{"an update that has not begun", service(1, "new"), []swarm.Task{task("old", swarm.TaskStateRunning, swarm.TaskStateRunning, 0)},
			"0 of 1 tasks ready, 1 of an older version", false},
		{"an update that has not begun, of a setting that is no part of the container's program", limited, []swarm.Task{running},
			"0 of 1 tasks ready, 1 of an older version", false},
		{"the engine's defaults are no difference", defaulted, []swarm.Task{running}, "", false},
		{"start-first, the old one still stops", service(1, "new"), []swarm.Task{running, task("old", swarm.TaskStateRunning, swarm.TaskStateShutdown, 0)},
			"1 of 1 tasks ready, 1 of an older version", false},
		{"the old one has gone", service(1, "new"), []swarm.Task{running, task("old", swarm.TaskStateShutdown, swarm.TaskStateShutdown, 0)}, "", false},
		{"scaled to nothing", service(0, "new"), nil, "", false},
		{"a former update's rollback", rolled(early), []swarm.Task{running}, "", false},
		{"a rollback", rolled(late), []swarm.Task{running}, "", true},
		{"an image rejected twice", service(1, "new"), []swarm.Task{rejected, rejected}, "0 of 1 tasks ready (task rejected: No such image: new)", false},
		{"an image rejected three times", service(1, "new"), []swarm.Task{rejected, rejected, rejected}, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := serviceState(tt.service, tt.tasks, start)
			if got != tt.want || errors.Is(err, ErrUnhealthy) != tt.fault {
				t.Errorf("want %q, fault %v; got %q, %v", tt.want, tt.fault, got, err)
			}
		})
	}
}

func TestRunsOnce(t *testing.T) {
	s := service(1, "migrate")
	s.Spec.TaskTemplate.RestartPolicy = &swarm.RestartPolicy{Condition: swarm.RestartPolicyConditionNone}
	done := swarm.Task{Spec: s.Spec.TaskTemplate, DesiredState: swarm.TaskStateShutdown, Status: swarm.TaskStatus{State: swarm.TaskStateComplete}}
	if why, err := serviceState(s, []swarm.Task{done}, start); why != "" || err != nil {
		t.Errorf("a service that ends well by design has converged; got %q, %v", why, err)
	}
}

func TestUnhealthyIsNotDone(t *testing.T) {
	s := service(1, "app")
	s.Spec.TaskTemplate.RestartPolicy = &swarm.RestartPolicy{Condition: swarm.RestartPolicyConditionOnFailure}
	s.Spec.TaskTemplate.ContainerSpec.Healthcheck = &container.HealthConfig{Test: []string{"CMD", "check"}}
	stopped := swarm.Task{Spec: s.Spec.TaskTemplate, DesiredState: swarm.TaskStateShutdown, Status: swarm.TaskStatus{State: swarm.TaskStateComplete}}
	if why, _ := serviceState(s, []swarm.Task{stopped}, start); why == "" {
		t.Error("a container that the engine stopped for its health check counts as done")
	}
}

func TestLinesKeepsTheLast(t *testing.T) {
	if got := lines([]byte("a\r\nb\nc"), 2); len(got) != 2 || got[0] != "b" || got[1] != "c" {
		t.Errorf("got %q", got)
	}
}

// A task that stays new is the engine's trouble; one that has just been made is not stuck.
func TestStuck(t *testing.T) {
	fresh := task("new", swarm.TaskStateNew, swarm.TaskStateRunning, 0)
	for _, tt := range []struct {
		name string
		task swarm.Task
		age  time.Duration
		want bool
	}{
		{"just made", fresh, time.Second, false},
		{"never placed", fresh, 2 * stuckAfter, true},
		{"placed long ago", task("new", swarm.TaskStateStarting, swarm.TaskStateRunning, 0), 2 * stuckAfter, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := stuck([]swarm.Task{tt.task}, start.Add(tt.age)); got != tt.want {
				t.Errorf("want %v, got %v", tt.want, got)
			}
		})
	}
}
