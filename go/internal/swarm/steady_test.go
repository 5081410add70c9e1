package swarm

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/swarm"
)

func since(image string, state swarm.TaskState, after time.Duration) swarm.Task {
	k := task(image, state, swarm.TaskStateShutdown, after)
	k.Status.Timestamp = start.Add(after)
	return k
}

// A crash before the stack was ready is forgiven, a later one is not.
func TestCrashes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		tasks []swarm.Task
		want  int
	}{
		{"steady", []swarm.Task{since("new", swarm.TaskStateRunning, -time.Second)}, 0},
		{"waited for its database", []swarm.Task{since("new", swarm.TaskStateFailed, -time.Second), since("new", swarm.TaskStateRunning, 0)}, 0},
		{"crashes again and again", []swarm.Task{since("new", swarm.TaskStateFailed, time.Second), since("new", swarm.TaskStateFailed, 2*time.Second)}, 2},
		{"the old version's end", []swarm.Task{since("old", swarm.TaskStateFailed, time.Second)}, 0},
		{"ends with status 0, again and again", []swarm.Task{since("new", swarm.TaskStateComplete, time.Second), since("new", swarm.TaskStateComplete, 2*time.Second)}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, last := crashes(service(1, "new"), tt.tasks, start); got != tt.want {
				t.Errorf("want %d, got %d (%s)", tt.want, got, last.Status.Err)
			}
		})
	}
}

// A service that is not started again after it ended well did what it should.
func TestEndedWell(t *testing.T) {
	s := service(1, "new")
	s.Spec.TaskTemplate.RestartPolicy = &swarm.RestartPolicy{Condition: swarm.RestartPolicyConditionOnFailure}
	if n, _ := crashes(s, []swarm.Task{since("new", swarm.TaskStateComplete, time.Second)}, start); n != 0 {
		t.Errorf("a task that ended well by design counts as %d crashes", n)
	}
}

func TestSteadyState(t *testing.T) {
	crash := func(after time.Duration) swarm.Task { return since("new", swarm.TaskStateFailed, after) }
	up := func(after time.Duration) swarm.Task { return since("new", swarm.TaskStateRunning, after) }
	for _, tt := range []struct {
		name   string
		tasks  []swarm.Task
		now    time.Duration // after it was ready
		told   string
		enough bool
		loop   bool
	}{
		{"never crashed", []swarm.Task{up(-time.Second)}, time.Second, "", true, false},
		{"crashed, up for a moment", []swarm.Task{crash(time.Second), up(2 * time.Second)}, 3 * time.Second, "failed 1 times", false, false},
		{"crashed, not up again", []swarm.Task{crash(time.Second)}, time.Minute, "failed 1 times", false, false},
		{"crashed, up since", []swarm.Task{crash(time.Second), up(2 * time.Second)}, 13 * time.Second, "failed 1 times", true, false},
		{"ended by itself", []swarm.Task{since("new", swarm.TaskStateComplete, time.Second)}, time.Minute, "ended by itself, with status 0", false, false},
		{"a loop", []swarm.Task{crash(time.Second), crash(2 * time.Second), crash(3 * time.Second), up(4 * time.Second)}, time.Minute, "", false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := service(1, "new")
			told, enough, err := steadyState("a", []swarm.Service{s}, map[string][]swarm.Task{s.ID: tt.tasks}, start, start.Add(tt.now))
			if !strings.Contains(told, tt.told) || tt.told == "" && told != "" || enough != tt.enough || errors.Is(err, ErrCrashed) != tt.loop {
				t.Errorf("got %q, %v, %v", told, enough, err)
			}
		})
	}
}
