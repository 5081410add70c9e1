package router

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/docker/docker/api/types/swarm"
)

// route is one router of one service, with the tasks that serve it.
type route struct {
	name     string
	priority int
	match    matcher
	backends []string // host:port; at least one
	turn     *atomic.Uint64
}

// table makes the routes for what the engine runs, the one to try first in front.
// A router that can't be served becomes an error and leaves the others alone. A service
// without a running task has no route, as in Traefik.
func table(services []swarm.Service, tasks []swarm.Task, network string) ([]route, error) {
	var routes []route
	var problems []error
	for _, s := range services {
		labels := s.Spec.Labels
		if labels["traefik.enable"] != "true" {
			continue
		}
		found, err := routesOf(labels)
		if err != nil {
			problems = append(problems, fmt.Errorf("service %s: %w", s.Spec.Name, err))
		}
		ips := addresses(s.ID, tasks, cmp.Or(labels["traefik.swarm.network"], labels["traefik.docker.network"], network))
		for _, r := range found {
			for _, ip := range ips {
				r.backends = append(r.backends, net.JoinHostPort(ip, r.port))
			}
			if len(r.backends) > 0 {
				routes = append(routes, r.route)
			}
		}
	}
	slices.SortFunc(routes, func(a, b route) int {
		return cmp.Or(cmp.Compare(b.priority, a.priority), strings.Compare(a.name, b.name))
	})
	return routes, errors.Join(problems...)
}

type labelled struct {
	route
	port string
}

// routesOf reads the http routers in a service's labels.
func routesOf(labels map[string]string) ([]labelled, error) {
	routers, services := map[string]map[string]string{}, map[string]map[string]string{}
	var problems []error
	for key, value := range labels {
		part := strings.SplitN(strings.ToLower(key), ".", 5)
		if len(part) < 2 || part[0] != "traefik" {
			continue
		}
		switch {
		case part[1] == "tcp" || part[1] == "udp":
			problems = append(problems, fmt.Errorf("label %s: only http routers are served", key))
		case len(part) == 5 && part[1] == "http" && part[2] == "routers":
			put(routers, part[3], part[4], value)
		case len(part) == 5 && part[1] == "http" && part[2] == "services":
			put(services, part[3], part[4], value)
		}
	}
	var routes []labelled
	for _, name := range slices.Sorted(maps.Keys(routers)) {
		r, err := newRoute(name, routers[name], services)
		if err != nil {
			problems = append(problems, fmt.Errorf("router %s: %w", name, err))
			continue
		}
		routes = append(routes, r)
	}
	return routes, errors.Join(problems...)
}

func put(m map[string]map[string]string, name, field, value string) {
	if m[name] == nil {
		m[name] = map[string]string{}
	}
	m[name][field] = value
}

func newRoute(name string, router map[string]string, services map[string]map[string]string) (labelled, error) {
	if router["middlewares"] != "" {
		return labelled{}, fmt.Errorf("middlewares: expected none, found %q", router["middlewares"])
	}
	match, err := parseRule(router["rule"])
	if err != nil {
		return labelled{}, err
	}
	priority := len(router["rule"]) // as Traefik: the longer rule is the more special one
	if p := router["priority"]; p != "" {
		if priority, err = strconv.Atoi(p); err != nil {
			return labelled{}, fmt.Errorf("priority: expected a number, found %q", p)
		}
	}
	service := strings.ToLower(router["service"])
	if service == "" && len(services) == 1 {
		service = slices.Collect(maps.Keys(services))[0]
	}
	if scheme := services[service]["loadbalancer.server.scheme"]; scheme != "" && scheme != "http" {
		return labelled{}, fmt.Errorf("service %q: loadbalancer.server.scheme: expected http, found %q", service, scheme)
	}
	port := services[service]["loadbalancer.server.port"]
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return labelled{}, fmt.Errorf("service %q: loadbalancer.server.port: expected a port, found %q", service, port)
	}
	return labelled{route{name: name, priority: priority, match: match, turn: new(atomic.Uint64)}, port}, nil
}

// addresses gives a service's running tasks on a network. A task with a health
// check is running once it is healthy.
func addresses(service string, tasks []swarm.Task, network string) []string {
	var ips []string
	for _, t := range tasks {
		if t.ServiceID != service || t.Status.State != swarm.TaskStateRunning || t.DesiredState != swarm.TaskStateRunning {
			continue
		}
		for _, n := range t.NetworksAttachments {
			if n.Network.Spec.Name != network {
				continue
			}
			for _, cidr := range n.Addresses {
				if ip, _, err := net.ParseCIDR(cidr); err == nil {
					ips = append(ips, ip.String())
				}
			}
		}
	}
	slices.Sort(ips)
	return ips
}
