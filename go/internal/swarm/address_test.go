package swarm

import (
	"testing"
	"time"

	"github.com/docker/docker/api/types/swarm"
)

func TestAddressOn(t *testing.T) {
	task := func(age time.Duration, state swarm.TaskState, network, address string) swarm.Task {
		at := swarm.NetworkAttachment{Network: swarm.Network{Spec: swarm.NetworkSpec{Annotations: swarm.Annotations{Name: network}}}}
		if address != "" {
			at.Addresses = []string{address}
		}
		return swarm.Task{Meta: swarm.Meta{CreatedAt: start.Add(-age)}, Status: swarm.TaskStatus{State: state}, NetworksAttachments: []swarm.NetworkAttachment{at}}
	}
	for _, tt := range []struct {
		name  string
		tasks []swarm.Task
		want  string
	}{
		{"running", []swarm.Task{task(0, swarm.TaskStateRunning, "proxy", "10.0.1.5/24")}, "10.0.1.5"},
		{"the newest", []swarm.Task{task(2, swarm.TaskStateRunning, "proxy", "10.0.1.4/24"), task(1, swarm.TaskStateRunning, "proxy", "10.0.1.5/24")}, "10.0.1.5"},
		{"one that ended", []swarm.Task{task(0, swarm.TaskStateShutdown, "proxy", "10.0.1.5/24")}, ""},
		{"another network", []swarm.Task{task(0, swarm.TaskStateRunning, "internal", "10.0.1.5/24")}, ""},
		{"no address yet", []swarm.Task{task(0, swarm.TaskStateRunning, "proxy", "")}, ""},
		{"none", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, found := addressOn("proxy", tt.tasks); got != tt.want || found != (tt.want != "") {
				t.Errorf("want %q, got %q, %t", tt.want, got, found)
			}
		})
	}
}
