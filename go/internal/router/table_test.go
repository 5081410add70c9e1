package router

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/swarm"
)

// service has the labels that a recipe gives its main service, changed by more.
func service(name, host string, more map[string]string) swarm.Service {
	labels := map[string]string{
		"traefik.enable": "true",
		"traefik.http.services." + name + ".loadbalancer.server.port": "8080",
		"traefik.http.routers." + name + ".rule":                      "Host(`" + host + "`)",
		"traefik.http.routers." + name + ".entrypoints":               "web-secure",
		"traefik.http.routers." + name + ".tls.certresolver":          "",
	}
	maps.Copy(labels, more)
	s := swarm.Service{ID: "id-" + name}
	s.Spec.Name, s.Spec.Labels = name, labels
	return s
}

func task(service, ip string, state swarm.TaskState) swarm.Task {
	t := swarm.Task{ServiceID: "id-" + service, DesiredState: swarm.TaskStateRunning}
	t.Status.State = state
	for network, address := range map[string]string{"proxy": ip + "/24", "internal": "192.0.2.9/24"} {
		a := swarm.NetworkAttachment{Addresses: []string{address}}
		a.Network.Spec.Name = network
		t.NetworksAttachments = append(t.NetworksAttachments, a)
	}
	return t
}

func TestTable(t *testing.T) {
	running, starting := swarm.TaskStateRunning, swarm.TaskStateStarting
	for _, tt := range []struct {
		name     string
		services []swarm.Service
		tasks    []swarm.Task
		want     string // each route's name and backends, in order
		problem  string
	}{
		{name: "an app", services: []swarm.Service{service("a", "a.test", nil)},
			tasks: []swarm.Task{task("a", "10.0.0.2", running), task("b", "10.0.0.3", running)}, want: "a 10.0.0.2:8080"},
		{name: "two tasks", services: []swarm.Service{service("a", "a.test", nil)},
			tasks: []swarm.Task{task("a", "10.0.0.3", running), task("a", "10.0.0.2", running)}, want: "a 10.0.0.2:8080 10.0.0.3:8080"},
		{name: "not healthy yet", services: []swarm.Service{service("a", "a.test", nil)},
			tasks: []swarm.Task{task("a", "10.0.0.2", starting)}},
		{name: "not enabled", services: []swarm.Service{service("a", "a.test", map[string]string{"traefik.enable": "false"})},
			tasks: []swarm.Task{task("a", "10.0.0.2", running)}},
		{name: "a network of its own", services: []swarm.Service{service("a", "a.test", map[string]string{"traefik.docker.network": "internal"})},
			tasks: []swarm.Task{task("a", "10.0.0.2", running)}, want: "a 192.0.2.9:8080"},
		{name: "the longer rule first", services: []swarm.Service{service("a", "a.test", nil),
			service("b", "b", map[string]string{"traefik.http.routers.b.rule": "Host(`a.test`) && PathPrefix(`/b`)"})},
			tasks: []swarm.Task{task("a", "10.0.0.2", running), task("b", "10.0.0.3", running)}, want: "b 10.0.0.3:8080, a 10.0.0.2:8080"},
		{name: "priority", services: []swarm.Service{service("a", "a.test", map[string]string{"traefik.http.routers.a.priority": "1"}), service("b", "b", nil)},
			tasks: []swarm.Task{task("a", "10.0.0.2", running), task("b", "10.0.0.3", running)}, want: "b 10.0.0.3:8080, a 10.0.0.2:8080"},
		{name: "two services", services: []swarm.Service{service("a", "a.test", map[string]string{
			"traefik.http.services.other.loadbalancer.server.port": "9", "traefik.http.routers.a.service": "other"})},
			tasks: []swarm.Task{task("a", "10.0.0.2", running)}, want: "a 10.0.0.2:9"},
		{name: "which of two services", services: []swarm.Service{service("a", "a.test", map[string]string{"traefik.http.services.other.loadbalancer.server.port": "9"})},
			tasks: []swarm.Task{task("a", "10.0.0.2", running)}, problem: "service a: router a: service \"\": loadbalancer.server.port: expected a port"},
		{name: "middlewares", services: []swarm.Service{service("a", "a.test", map[string]string{"traefik.http.routers.a.middlewares": "auth@docker"})},
			tasks: []swarm.Task{task("a", "10.0.0.2", running)}, problem: `middlewares: expected none, found "auth@docker"`},
		{name: "https behind", services: []swarm.Service{service("a", "a.test", map[string]string{"traefik.http.services.a.loadbalancer.server.scheme": "https"})},
			tasks: []swarm.Task{task("a", "10.0.0.2", running)}, problem: "scheme: expected http"},
		{name: "tcp beside http", services: []swarm.Service{service("a", "a.test", map[string]string{"traefik.tcp.routers.a.rule": "HostSNI(`*`)"})},
			tasks: []swarm.Task{task("a", "10.0.0.2", running)}, want: "a 10.0.0.2:8080", problem: "only http routers are served"},
		{name: "a bad rule leaves others alone", services: []swarm.Service{service("a", "a.test", nil), service("b", "`", nil)},
			tasks: []swarm.Task{task("a", "10.0.0.2", running), task("b", "10.0.0.3", running)}, want: "a 10.0.0.2:8080", problem: "service b: router b: rule"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			routes, err := table(tt.services, tt.tasks, "proxy")
			var got []string
			for _, r := range routes {
				got = append(got, strings.Join(slices.Insert(slices.Clone(r.backends), 0, r.name), " "))
			}
			if s := strings.Join(got, ", "); s != tt.want {
				t.Errorf("got %q; expected %q", s, tt.want)
			}
			if problem := text(err); problem != tt.problem && (tt.problem == "" || !strings.Contains(problem, tt.problem)) {
				t.Errorf("got problem %q; expected %q", problem, tt.problem)
			}
		})
	}
}
