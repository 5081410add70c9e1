package swarm

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"
)

// engineWith answers for an engine with one service, one task and that task's container; nil: it has gone.
func engineWith(t *testing.T, s swarm.Service, one swarm.Task, c *container.InspectResponse) *Engine {
	t.Helper()
	s.ID, one.ID, one.ServiceID = "service", "task", "service"
	one.Status.ContainerStatus = &swarm.ContainerStatus{ContainerID: "container"}
	answer := func(v any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if err := json.NewEncoder(w).Encode(v); err != nil {
				t.Error(err)
			}
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1.41/services", answer([]swarm.Service{s}))
	mux.HandleFunc("GET /v1.41/tasks", answer([]swarm.Task{one}))
	if c != nil {
		mux.HandleFunc("GET /v1.41/containers/container/json", answer(c))
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	api, err := client.NewClientWithOpts(client.WithHost("tcp://"+server.Listener.Addr().String()), client.WithVersion("1.41"))
	if err != nil {
		t.Fatal(err)
	}
	return &Engine{api: api}
}

// inspected is a container in a state ("running", "exited"), with the health check that its image brings where
// health isn't empty. As many of its checks as streak failed last; three end it.
func inspected(state, health string, streak int) *container.InspectResponse {
	c := &container.InspectResponse{Config: &container.Config{},
		ContainerJSONBase: &container.ContainerJSONBase{State: &container.State{Status: state, Running: state == "running"}}}
	if health != "" {
		c.Config.Healthcheck = &container.HealthConfig{Test: []string{"CMD", "check"}, Retries: 3}
		c.State.Health = &container.Health{Status: health, FailingStreak: streak}
	}
	return c
}

// What a container says goes over what the swarm says of its task.
func TestConvergedAsksTheContainers(t *testing.T) {
	app, once := service(1, "app"), service(1, "app")
	once.Spec.TaskTemplate.RestartPolicy = &swarm.RestartPolicy{Condition: swarm.RestartPolicyConditionOnFailure}
	for _, tt := range []struct {
		name      string
		service   swarm.Service
		state     swarm.TaskState
		container *container.InspectResponse
		want      string
	}{
		{"runs, without a health check", app, swarm.TaskStateRunning, inspected("running", "", 0), ""},
		{"runs and is healthy", app, swarm.TaskStateRunning, inspected("running", "healthy", 0), ""},
		{"healthy, though a check failed", app, swarm.TaskStateRunning, inspected("running", "healthy", 2), ""},
		{"its checks have not passed yet", app, swarm.TaskStateRunning, inspected("running", "starting", 0),
			"0 of 1 tasks ready (task starting: its container is running, its health check says starting)"},
		{"being stopped for its health check", app, swarm.TaskStateRunning, inspected("running", "unhealthy", 3),
			"0 of 1 tasks ready (task starting: its container is running, its health check says unhealthy)"},
		{"stopped for its health check with status 0, which the swarm calls running for a moment", app, swarm.TaskStateRunning, inspected("exited", "unhealthy", 3),
			"0 of 1 tasks ready (task starting: its container is exited, its health check says unhealthy)"},
		{"has ended, and the swarm has not heard of it", app, swarm.TaskStateRunning, inspected("exited", "", 0),
			"0 of 1 tasks ready (task starting: its container is exited)"},
		{"its container has gone", app, swarm.TaskStateRunning, nil, "0 of 1 tasks ready (task starting: its container has gone)"},

		{"a one-shot has done its work", once, swarm.TaskStateComplete, inspected("exited", "", 0), ""},
		{"a one-shot of an image with a health check has done its work", once, swarm.TaskStateComplete, inspected("exited", "unhealthy", 2), ""},
		{"a one-shot whose container was cleaned away", once, swarm.TaskStateComplete, nil, ""},
		{"the engine ended it for the health check of its image", once, swarm.TaskStateComplete, inspected("exited", "unhealthy", 3),
			"0 of 1 tasks ready (task failed: unhealthy container, which ended with status 0)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			one := swarm.Task{Spec: tt.service.Spec.TaskTemplate, DesiredState: swarm.TaskStateRunning, Status: swarm.TaskStatus{State: tt.state}}
			e := engineWith(t, tt.service, one, tt.container)
			want := tt.want
			if want != "" {
				want = " " + want // after the service's name, which has none here
			}
			done, waiting, err := e.converged(t.Context(), "demo", start)
			if err != nil || waiting != want || done != (want == "") {
				t.Errorf("want %q; got %v, %q, %v", want, done, waiting, err)
			}
		})
	}
}

// An engine that is away refuses at once. The wait goes on, and asks it now and then.
func TestConvergeOfAnEngineThatIsAway(t *testing.T) {
	var asked atomic.Int32
	refuse := roundTrip(func(*http.Request) (*http.Response, error) {
		asked.Add(1)
		return nil, errors.New("connection refused")
	})
	api, err := client.NewClientWithOpts(client.WithVersion("1.41"), client.WithHTTPClient(&http.Client{Transport: refuse}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := (&Engine{api: api}).Converge(ctx, "demo", start); !errors.Is(err, ErrUnhealthy) {
		t.Errorf("want %v, got %v", ErrUnhealthy, err)
	}
	if n := asked.Load(); n > 20 {
		t.Errorf("asked %d times in 0.3 s", n)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
