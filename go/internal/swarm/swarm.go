// Package swarm is the thin adapter over the Engine API of a single-node Docker
// Swarm. It is where the truth about an app comes from: abra's text is never asked
// (contract section 10).
//
// Contract: every call takes a context and returns when it ends. Names of objects
// belong to a stack by label or by the prefix "<stack>_" (secrets that abra makes
// and volumes carry no label).
package swarm

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
)

// ErrNoSwarm means that the engine can't be reached or manages no swarm.
var ErrNoSwarm = errors.New("no swarm")

// Engine is one Docker engine that manages a swarm.
type Engine struct {
	api     *client.Client
	id      string
	version string
}

// Connect reaches the engine at host ("unix:///run/docker.sock") and looks that it
// manages a swarm; else ErrNoSwarm with what to do.
func Connect(ctx context.Context, host string) (*Engine, error) {
	e, err := Open(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoSwarm, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	info, err := e.api.Info(ctx)
	if err != nil {
		e.Close()
		return nil, fmt.Errorf("engine at %s: %w: it did not say: %w", host, ErrNoSwarm, err)
	}
	if info.Swarm.LocalNodeState != swarm.LocalNodeStateActive || !info.Swarm.ControlAvailable {
		e.Close()
		return nil, fmt.Errorf("engine at %s: %w: state %q; make it a manager with `docker swarm init`", host, ErrNoSwarm, info.Swarm.LocalNodeState)
	}
	e.id = info.Swarm.Cluster.ID
	return e, nil
}

// Open reaches the engine at host, whether it manages a swarm or not.
func Open(ctx context.Context, host string) (*Engine, error) {
	api, err := client.NewClientWithOpts(client.WithHost(host), client.WithAPIVersionNegotiation())
	if err != nil {
		return nil, fmt.Errorf("engine at %s: %w", host, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	v, err := api.ServerVersion(ctx)
	if err != nil {
		api.Close()
		return nil, fmt.Errorf("engine at %s: %w", host, err)
	}
	return &Engine{api: api, version: "docker " + v.Version}, nil
}

// ID is the swarm's own id: machine-wide folders are keyed by it.
func (e *Engine) ID() string { return e.id }

// Version names the engine, as the result shows it.
func (e *Engine) Version() string { return e.version }

// Close ends the connections.
func (e *Engine) Close() error { return e.api.Close() }

// HasNetwork tells whether an overlay network of this name exists.
func (e *Engine) HasNetwork(ctx context.Context, name string) (bool, error) {
	objs, err := e.networks(ctx)
	for _, o := range objs {
		if o.Name == name {
			return true, nil
		}
	}
	return false, err
}

// Services gives the stack's services.
func (e *Engine) Services(ctx context.Context, stack string) ([]swarm.Service, error) {
	list, err := e.api.ServiceList(ctx, swarm.ServiceListOptions{Filters: byStack(stack)})
	if err != nil {
		return nil, fmt.Errorf("services of %s: %w", stack, err)
	}
	return list, nil
}

// Made is what a deploy made, as the policy judges it.
type Made struct {
	Services []swarm.Service   // of the stack
	Networks []network.Summary // all of the engine's: services name them by id
	Volumes  []volume.Volume   // all of the engine's
}

// Made reads what there is of the stack.
func (e *Engine) Made(ctx context.Context, stack string) (m Made, err error) {
	if m.Services, err = e.Services(ctx, stack); err != nil {
		return m, err
	}
	if m.Networks, err = e.api.NetworkList(ctx, network.ListOptions{}); err != nil {
		return m, fmt.Errorf("networks: %w", err)
	}
	volumes, err := e.api.VolumeList(ctx, volume.ListOptions{})
	if err != nil {
		return m, fmt.Errorf("volumes: %w", err)
	}
	for _, v := range volumes.Volumes {
		m.Volumes = append(m.Volumes, *v)
	}
	return m, nil
}

// Label gives the first value of a label with this suffix on any of the stack's services.
func (e *Engine) Label(ctx context.Context, stack, name string) (string, error) {
	services, err := e.Services(ctx, stack)
	if err != nil {
		return "", err
	}
	for _, s := range services {
		if v, ok := s.Spec.Labels[name]; ok {
			return v, nil
		}
	}
	return "", nil
}

// short cuts a stack's prefix from a service's name.
func short(stack, name string) string { return strings.TrimPrefix(name, stack+"_") }
