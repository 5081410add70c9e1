package converge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"coopcloud.tech/cc-ci/internal/server"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// Swarm makes the engine the one node of a swarm and gives it the network that router
// and apps share. A swarm of more nodes is refused: another CI host has a swarm of its own (N6).
func Swarm(ctx context.Context, s server.Server, r *Report) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	e, err := swarm.Open(ctx, s.Docker)
	if err != nil {
		return err
	}
	defer e.Close()
	node, err := e.Node(ctx)
	if err != nil {
		return err
	}
	switch node.State {
	case "active":
		if err := fits(ctx, e, node, s.Swarm); err != nil {
			return err
		}
	case "inactive":
		if err := found(ctx, e, s.Swarm, r); err != nil {
			return err
		}
	default:
		return fmt.Errorf("the engine's swarm is %q (%s): see `docker info` and the engine's log; `docker swarm leave --force` gives it up with all its apps", node.State, node.Error)
	}
	return sharedNetwork(ctx, e, s.Swarm, r)
}

// fits looks at a swarm that is there.
func fits(ctx context.Context, e *swarm.Engine, node swarm.Node, want server.Swarm) error {
	if !node.Manager || node.Nodes != 1 {
		return fmt.Errorf("expected a swarm of one node that manages itself, found manager %t of %d nodes: a CI host has a swarm of its own", node.Manager, node.Nodes)
	}
	gateway, ok, err := e.Gateway(ctx)
	if err != nil || ok && slices.Contains(gateway.Subnets, want.GatewaySubnet) {
		return err
	}
	return fmt.Errorf("swarm.gatewaySubnet: expected docker_gwbridge to have %s, found %v: the router would not find this host's services; "+
		"write its subnet into the server file, or empty the node and let this command make it anew (`docker swarm leave --force`)", want.GatewaySubnet, gateway.Subnets)
}

// found makes the swarm, and before it the bridge to this host, whose subnet is taken by chance otherwise.
func found(ctx context.Context, e *swarm.Engine, want server.Swarm, r *Report) error {
	gateway, ok, err := e.Gateway(ctx)
	if err != nil {
		return err
	}
	if ok && !slices.Contains(gateway.Subnets, want.GatewaySubnet) {
		if err := e.RemoveUnused(ctx, gateway, "docker_gwbridge"); err != nil {
			return fmt.Errorf("%w: it has %v, and should have %s", err, gateway.Subnets, want.GatewaySubnet)
		}
		r.did("remove docker_gwbridge, which had %v", gateway.Subnets)
		ok = false
	}
	if !ok {
		if err := e.MakeGateway(ctx, want.GatewaySubnet, want.GatewayInterface); err != nil {
			return err
		}
		r.did("make docker_gwbridge with %s", want.GatewaySubnet)
	}
	err = e.Init(ctx, swarm.Init{
		Advertise: want.Advertise, ListenPort: want.ListenPort, DataPathPort: want.DataPathPort,
		AddressPool: want.AddressPool, AddressPoolMask: want.AddressPoolMask,
	})
	if err == nil {
		r.did("make a swarm of one node at %s", want.Advertise)
	}
	return err
}

// sharedNetwork makes the network, and makes it anew where it is another one that nobody uses.
func sharedNetwork(ctx context.Context, e *swarm.Engine, want server.Swarm, r *Report) error {
	n, ok, err := e.Network(ctx, want.Network)
	if err != nil {
		return err
	}
	wrong := ""
	switch {
	case !ok:
	case n.Scope != "swarm" || n.Driver != "overlay":
		wrong = fmt.Sprintf("is a %s network of scope %s, expected an overlay of the swarm", n.Driver, n.Scope)
	case !n.Attachable:
		wrong = "is not attachable"
	case !slices.Contains(n.Subnets, want.NetworkSubnet):
		wrong = fmt.Sprintf("has %v, expected %s", n.Subnets, want.NetworkSubnet)
	default:
		return nil
	}
	if wrong != "" {
		err := e.RemoveUnused(ctx, n, want.Network)
		if errors.Is(err, swarm.ErrInUse) && n.Scope == "swarm" && n.Driver == "overlay" {
			r.warn("network %s %s; it is in use and was left: apps may run out of addresses. Undeploy what uses it and run this again", want.Network, wrong)
			return nil
		}
		if err != nil {
			return fmt.Errorf("network %s %s: %w", want.Network, wrong, err)
		}
		r.did("remove the network %s, which %s", want.Network, wrong)
	}
	if err := e.Overlay(ctx, want.Network, want.NetworkSubnet); err != nil {
		return err
	}
	r.did("make the network %s with %s", want.Network, want.NetworkSubnet)
	return nil
}
