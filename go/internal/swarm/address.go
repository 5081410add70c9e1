package swarm

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/swarm"
)

// Address gives the address, on a network, of a running task of the service with this
// whole name ("traefik_app"), of any stack.
func (e *Engine) Address(ctx context.Context, service, network string) (string, error) {
	list, err := e.api.ServiceList(ctx, swarm.ServiceListOptions{Filters: filters.NewArgs(filters.Arg("name", service))})
	if err != nil {
		return "", fmt.Errorf("address of service %s: %w", service, err)
	}
	for _, s := range list {
		if s.Spec.Name != service { // the engine's filter takes prefixes
			continue
		}
		tasks, err := e.tasks(ctx, []swarm.Service{s})
		if err != nil {
			return "", err
		}
		if address, ok := addressOn(network, tasks[s.ID]); ok {
			return address, nil
		}
	}
	return "", fmt.Errorf("address of service %s: expected a running task on the network %s, found none", service, network)
}

// addressOn finds the address of the newest running task on a network.
func addressOn(name string, tasks []swarm.Task) (string, bool) {
	for _, t := range newestFirst(tasks) {
		if t.Status.State != swarm.TaskStateRunning {
			continue
		}
		for _, n := range t.NetworksAttachments {
			if n.Network.Spec.Name != name || len(n.Addresses) == 0 {
				continue
			}
			if prefix, err := netip.ParsePrefix(n.Addresses[0]); err == nil { // "10.0.1.5/24"
				return prefix.Addr().String(), true
			}
		}
	}
	return "", false
}
