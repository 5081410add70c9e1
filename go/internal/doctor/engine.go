package doctor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/swarm"
)

func serverSwarm(ctx context.Context, x examined) (string, error) {
	e, err := swarm.Open(ctx, x.Docker)
	if err != nil {
		return "", fmt.Errorf("%w; is docker.service up?", err)
	}
	defer e.Close()
	node, err := e.Node(ctx)
	switch {
	case err != nil:
		return "", err
	case node.State == "inactive":
		return "", missing("no swarm; `cc-ci converge swarm` makes it")
	case node.State != "active" || !node.Manager || node.Nodes != 1:
		return "", fmt.Errorf("expected an active swarm of one node, found %s, manager %t, %d nodes %s", node.State, node.Manager, node.Nodes, node.Error)
	}
	return e.Version() + ", a swarm of one node", nil
}

func serverNetwork(ctx context.Context, x examined) (string, error) {
	e, err := swarm.Connect(ctx, x.Docker)
	if err != nil {
		return "", missing("no swarm, so no network")
	}
	defer e.Close()
	n, ok, err := e.Network(ctx, x.Swarm.Network)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", missing("no network %s; `cc-ci converge swarm` makes it", x.Swarm.Network)
	}
	gateway, _, err := e.Gateway(ctx)
	if err != nil {
		return "", err
	}
	if n.Driver != "overlay" || !n.Attachable || !slices.Contains(n.Subnets, x.Swarm.NetworkSubnet) || !slices.Contains(gateway.Subnets, x.Swarm.GatewaySubnet) {
		return "", fmt.Errorf("expected an attachable overlay %s with %s and docker_gwbridge with %s, found %s, attachable %t, %v and %v; `cc-ci converge swarm` says more",
			x.Swarm.Network, x.Swarm.NetworkSubnet, x.Swarm.GatewaySubnet, n.Driver, n.Attachable, n.Subnets, gateway.Subnets)
	}
	return fmt.Sprintf("%s %s; containers see this host in %s", x.Swarm.Network, x.Swarm.NetworkSubnet, x.Swarm.GatewaySubnet), nil
}

// stackOf looks at an app of the server: deployed, as it was deployed, all its services running.
func stackOf(name, domain string) func(context.Context, examined) (string, error) {
	return func(ctx context.Context, x examined) (string, error) {
		e, err := swarm.Connect(ctx, x.Docker)
		if err != nil {
			return "", missing("no swarm, so no %s", name)
		}
		defer e.Close()
		stack := recipe.StackName(domain)
		services, err := e.Services(ctx, stack)
		if err != nil {
			return "", err
		}
		if len(services) == 0 {
			return "", missing("%s is not deployed; `cc-ci converge %s` deploys it", domain, name)
		}
		changed, err := swarm.Broken(services)
		if err != nil {
			return "", err
		}
		if changed != "" {
			return "", fmt.Errorf("service %s is not as it was deployed; `cc-ci converge %s` heals it", changed, name)
		}
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if err := e.Converge(ctx, stack, time.Time{}); err != nil {
			return "", fmt.Errorf("%w; `docker service ps %s_app`, then `cc-ci converge %s`", err, stack, name)
		}
		return domain + " runs", nil
	}
}

func serverDisk(ctx context.Context, x examined) (string, error) {
	e, err := swarm.Open(ctx, x.Docker)
	if err != nil {
		return "", err
	}
	defer e.Close()
	dir, err := e.DataRoot(ctx)
	if err != nil {
		return "", err
	}
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return "", fmt.Errorf("%s: %w", dir, err)
	}
	free := int(st.Bavail * uint64(st.Bsize) >> 30)
	if free < x.MinFreeGiB {
		return "", fmt.Errorf("%s: expected %d GiB free, found %d; `docker system prune --all` frees unused images, then look at the results store", dir, x.MinFreeGiB, free)
	}
	return fmt.Sprintf("%d GiB free at %s", free, dir), nil
}
