package swarm

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/swarm"
)

// stuckAfter is how long a task may stay new: allocation takes milliseconds.
const stuckAfter = time.Minute

// stackState says what the services still lack, or "" where all have converged.
func stackState(stack string, services []swarm.Service, tasks map[string][]swarm.Task, since time.Time) (string, error) {
	var missing []string
	for _, s := range services {
		if stuck(tasks[s.ID], time.Now()) {
			return "", fmt.Errorf("service %s: %w", short(stack, s.Spec.Name), ErrStuck)
		}
		why, err := serviceState(s, tasks[s.ID], since)
		if err != nil {
			return "", fmt.Errorf("service %s: %w", short(stack, s.Spec.Name), err)
		}
		if why != "" {
			missing = append(missing, short(stack, s.Spec.Name)+" "+why)
		}
	}
	return strings.Join(missing, "; "), nil
}

// serviceState says what a service still lacks, or "" where it has converged.
func serviceState(s swarm.Service, tasks []swarm.Task, since time.Time) (string, error) {
	if u := s.UpdateStatus; u != nil && u.StartedAt != nil && u.StartedAt.After(since) && strings.HasPrefix(string(u.State), "rollback") {
		return "", fmt.Errorf("%w: rolled back: %s: %s", ErrUnhealthy, u.Message, lastError(tasks))
	}
	if n := missingImage(tasks, s.Spec.TaskTemplate, since); n >= 3 {
		return "", fmt.Errorf("%w: %s", ErrUnhealthy, lastError(tasks))
	}
	if u := s.UpdateStatus; u != nil && u.State == swarm.UpdateStateUpdating {
		return "update in progress", nil
	}
	want := wanted(s)
	ready, other := 0, 0
	for _, t := range tasks {
		current := sameSpec(t.Spec, s.Spec.TaskTemplate)
		switch {
		case current && t.Status.State == swarm.TaskStateRunning && t.DesiredState == swarm.TaskStateRunning:
			ready++
		case current && t.Status.State == swarm.TaskStateComplete && runsOnce(s):
			ready++
		case !current && !over(t.Status.State):
			other++
		}
	}
	if ready == want && other == 0 {
		return "", nil
	}
	why := fmt.Sprintf("%d of %d tasks ready", ready, want)
	if other > 0 {
		why += fmt.Sprintf(", %d of an older version", other)
	}
	if last := lastError(tasks); last != "" {
		why += " (" + last + ")"
	}
	return why, nil
}

// stuck tells whether a task that should run was never given what it needs.
func stuck(tasks []swarm.Task, now time.Time) bool {
	return slices.ContainsFunc(tasks, func(t swarm.Task) bool {
		return t.Status.State == swarm.TaskStateNew && t.DesiredState == swarm.TaskStateRunning && now.Sub(t.CreatedAt) > stuckAfter
	})
}

func wanted(s swarm.Service) int {
	switch m := s.Spec.Mode; {
	case m.Replicated != nil && m.Replicated.Replicas != nil:
		return int(*m.Replicated.Replicas)
	case m.ReplicatedJob != nil && m.ReplicatedJob.TotalCompletions != nil:
		return int(*m.ReplicatedJob.TotalCompletions)
	}
	return 1 // a global service on a single node
}

// runsOnce is true for a service whose task may end well: a job, or one that is not
// restarted after success and has no health check of its own: one that asks for a check is
// meant to stay. Where the image brings the check, see endedByCheck.
func runsOnce(s swarm.Service) bool {
	if s.Spec.Mode.ReplicatedJob != nil || s.Spec.Mode.GlobalJob != nil {
		return true
	}
	p, c := s.Spec.TaskTemplate.RestartPolicy, s.Spec.TaskTemplate.ContainerSpec
	checked := c != nil && c.Healthcheck != nil && len(c.Healthcheck.Test) > 0 && c.Healthcheck.Test[0] != "NONE"
	return !checked && p != nil && p.Condition != swarm.RestartPolicyConditionAny && p.Condition != ""
}

// sameSpec tells whether a task was made from what its service asks for now: nothing else would
// say so of an update that has not begun, or that was paused beside a task of before.
func sameSpec(task, service swarm.TaskSpec) bool {
	return reflect.DeepEqual(made(task), made(service))
}

// made is what of a specification a task's copy keeps as it was asked for. The engine leaves defaults out
// of the copy, and what belongs to the service alone; a task that already stands where a new placement
// wants it is not made anew.
func made(t swarm.TaskSpec) swarm.TaskSpec {
	t.Runtime, t.RestartPolicy, t.Placement = "", nil, nil
	if t.Resources != nil && reflect.DeepEqual(*t.Resources, swarm.ResourceRequirements{}) {
		t.Resources = nil
	}
	if t.ContainerSpec == nil {
		return t
	}
	c := *t.ContainerSpec
	c.StopGracePeriod = nil
	if c.DNSConfig != nil && reflect.DeepEqual(*c.DNSConfig, swarm.DNSConfig{}) {
		c.DNSConfig = nil
	}
	t.ContainerSpec = &c
	return t
}

func over(s swarm.TaskState) bool {
	return slices.Contains([]swarm.TaskState{swarm.TaskStateComplete, swarm.TaskStateShutdown, swarm.TaskStateFailed,
		swarm.TaskStateRejected, swarm.TaskStateRemove, swarm.TaskStateOrphaned}, s)
}

// missingImage counts the tasks of the present specification that the node rejected for want of their image.
func missingImage(tasks []swarm.Task, spec swarm.TaskSpec, since time.Time) int {
	n := 0
	for _, t := range tasks {
		if t.Status.State == swarm.TaskStateRejected && strings.Contains(t.Status.Err, "No such image") &&
			sameSpec(t.Spec, spec) && t.CreatedAt.After(since) {
			n++
		}
	}
	return n
}

// lastError is the error of the task that failed last.
func lastError(tasks []swarm.Task) string {
	for _, t := range newestFirst(tasks) {
		if t.Status.Err != "" {
			return "task " + string(t.Status.State) + ": " + t.Status.Err
		}
	}
	return ""
}

func newestFirst(tasks []swarm.Task) []swarm.Task {
	sorted := slices.Clone(tasks)
	slices.SortFunc(sorted, func(a, b swarm.Task) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return sorted
}
