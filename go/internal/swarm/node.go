package swarm

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
)

// Node is what the engine says of its swarm.
type Node struct {
	State   string // inactive, pending, active, error, locked
	Manager bool
	Nodes   int
	Error   string
}

// Node asks the engine for its place in a swarm.
func (e *Engine) Node(ctx context.Context) (Node, error) {
	info, err := e.api.Info(ctx)
	if err != nil {
		return Node{}, fmt.Errorf("engine: %w", err)
	}
	s := info.Swarm
	return Node{State: string(s.LocalNodeState), Manager: s.ControlAvailable, Nodes: s.Nodes, Error: s.Error}, nil
}

// Init says what a new swarm of one node is like.
type Init struct {
	Advertise                string
	ListenPort, DataPathPort int
	AddressPool              string
	AddressPoolMask          int
}

// Init makes a swarm of one node.
func (e *Engine) Init(ctx context.Context, i Init) error {
	_, err := e.api.SwarmInit(ctx, swarm.InitRequest{
		ListenAddr: netip.AddrPortFrom(netip.MustParseAddr(i.Advertise), uint16(i.ListenPort)).String(), AdvertiseAddr: i.Advertise,
		DataPathPort: uint32(i.DataPathPort), DefaultAddrPool: []string{i.AddressPool}, SubnetSize: uint32(i.AddressPoolMask),
	})
	if err != nil {
		return fmt.Errorf("swarm init at %s: %w", i.Advertise, err)
	}
	return nil
}

// Network is a network of the engine.
type Network struct {
	ID, Driver, Scope string
	Attachable        bool
	Subnets           []string
}

// Network gives the network of this name, and whether there is one. An overlay that was made just now
// has no driver until the swarm has allocated it; that is waited for.
func (e *Engine) Network(ctx context.Context, name string) (Network, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		n, ok, err := e.listed(ctx, name)
		if err != nil || !ok || n.Driver != "" {
			return n, ok, err
		}
		select {
		case <-ctx.Done():
			return n, ok, fmt.Errorf("network %s: the swarm has not allocated it within 30 s", name)
		case <-time.After(wait):
		}
	}
}

func (e *Engine) listed(ctx context.Context, name string) (Network, bool, error) {
	list, err := e.api.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		return Network{}, false, fmt.Errorf("networks: %w", err)
	}
	for _, n := range list {
		if n.Name != name {
			continue
		}
		out := Network{ID: n.ID, Driver: n.Driver, Scope: n.Scope, Attachable: n.Attachable}
		for _, c := range n.IPAM.Config {
			out.Subnets = append(out.Subnets, c.Subnet)
		}
		return out, true, nil
	}
	return Network{}, false, nil
}

// Overlay makes an attachable overlay network.
func (e *Engine) Overlay(ctx context.Context, name, subnet string) error {
	return e.network(ctx, name, network.CreateOptions{
		Driver: "overlay", Attachable: true, IPAM: &network.IPAM{Config: []network.IPAMConfig{{Subnet: subnet}}},
	})
}

// gateway is the network by which swarm's containers reach this host and the world. The
// engine makes it with these options where it isn't there yet.
const gateway = "docker_gwbridge"

// Gateway gives that network, and whether there is one.
func (e *Engine) Gateway(ctx context.Context) (Network, bool, error) { return e.Network(ctx, gateway) }

// MakeGateway makes it, before there is a swarm, with a subnet that services of this host can know.
func (e *Engine) MakeGateway(ctx context.Context, subnet, iface string) error {
	return e.network(ctx, gateway, network.CreateOptions{
		Driver: "bridge", IPAM: &network.IPAM{Config: []network.IPAMConfig{{Subnet: subnet}}},
		Options: map[string]string{
			"com.docker.network.bridge.name": iface, "com.docker.network.bridge.enable_icc": "false",
			"com.docker.network.bridge.enable_ip_masquerade": "true",
		},
	})
}

func (e *Engine) network(ctx context.Context, name string, o network.CreateOptions) error {
	if _, err := e.api.NetworkCreate(ctx, name, o); err != nil {
		return fmt.Errorf("network %s: %w", name, err)
	}
	return nil
}

// ErrInUse means that something is attached to a network.
var ErrInUse = errors.New("in use")

// RemoveUnused removes the network unless a service or a container has it: ErrInUse, and nothing was done.
func (e *Engine) RemoveUnused(ctx context.Context, n Network, name string) error {
	services, err := e.api.ServiceList(ctx, swarm.ServiceListOptions{})
	if n.Scope == "swarm" && err != nil {
		return fmt.Errorf("services: %w", err)
	}
	for _, s := range services {
		nets := append(slices.Clone(s.Spec.TaskTemplate.Networks), s.Spec.Networks...) //nolint:staticcheck // the engine still fills it
		if slices.ContainsFunc(nets, func(a swarm.NetworkAttachmentConfig) bool { return a.Target == n.ID || a.Target == name }) {
			return fmt.Errorf("network %s: %w by service %s", name, ErrInUse, s.Spec.Name)
		}
	}
	if err := e.api.NetworkRemove(ctx, n.ID); err != nil {
		return fmt.Errorf("network %s: %w: %w", name, ErrInUse, err)
	}
	return nil
}

// Used gives the ids of all secrets and configs that services of the swarm have.
func (e *Engine) Used(ctx context.Context) (map[string]bool, error) {
	services, err := e.api.ServiceList(ctx, swarm.ServiceListOptions{})
	if err != nil {
		return nil, fmt.Errorf("services: %w", err)
	}
	used := map[string]bool{}
	for _, s := range services {
		c := s.Spec.TaskTemplate.ContainerSpec
		if c == nil {
			continue
		}
		for _, r := range c.Secrets {
			used[r.SecretID] = true
		}
		for _, r := range c.Configs {
			used[r.ConfigID] = true
		}
	}
	return used, nil
}

// DataRoot gives the folder in which the engine keeps images and volumes.
func (e *Engine) DataRoot(ctx context.Context) (string, error) {
	info, err := e.api.Info(ctx)
	if err != nil {
		return "", fmt.Errorf("engine: %w", err)
	}
	return info.DockerRootDir, nil
}

// Pid gives the first process of the service's running container, as the host counts it.
func (e *Engine) Pid(ctx context.Context, stack, service string) (int, error) {
	id, err := e.container(ctx, stack, service)
	if err != nil {
		return 0, err
	}
	c, err := e.api.ContainerInspect(ctx, id)
	if err != nil {
		return 0, fmt.Errorf("container of %s: %w", service, err)
	}
	if c.State == nil || c.State.Pid == 0 {
		return 0, fmt.Errorf("container of %s: it doesn't run", service)
	}
	return c.State.Pid, nil
}
