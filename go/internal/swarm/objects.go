package swarm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/api/types/volume"
)

// stackLabel is what `docker stack deploy` and abra put on what they make.
const stackLabel = "com.docker.stack.namespace"

// Object is one thing in the engine that an app can leave behind.
type Object struct {
	Kind  string // service, container, network, secret, config or volume
	ID    string
	Name  string
	Stack string // from the label; empty where there is none
}

// String names the object for people: "volume demo_data".
func (o Object) String() string { return o.Kind + " " + o.Name }

// Objects lists everything in the engine that could belong to an app: all kinds,
// since a killed deploy leaves networks, secrets or configs without any service.
func (e *Engine) Objects(ctx context.Context) ([]Object, error) {
	var all []Object
	lists := []func(context.Context) ([]Object, error){e.services, e.containers, e.networks, e.secrets, e.configs, e.volumes}
	for _, list := range lists {
		objs, err := list(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, objs...)
	}
	return all, nil
}

// Of keeps the objects of one stack: by label, or by the prefix "<stack>_".
func Of(objs []Object, stack string) []Object {
	var own []Object
	for _, o := range objs {
		if o.Stack == stack || strings.HasPrefix(o.Name, stack+"_") {
			own = append(own, o)
		}
	}
	return own
}

// Strings names objects, sorted.
func Strings(objs []Object) []string {
	var names []string
	for _, o := range objs {
		names = append(names, o.String())
	}
	slices.Sort(names)
	return names
}

// heldFor is how long objects that can't be removed are tried again. Everything that
// the engine does by itself after a container's end is done in seconds.
var heldFor = time.Minute

// Sweep removes everything of a stack and waits until it is gone or ctx ends. It
// gives what is left. Containers are removed by force, so the app must not be
// needed any more. An object in use is tried again: the engine frees volumes and
// networks only some time after their containers. What is still there after a
// minute in which nothing went is held by somebody else, and given up.
func (e *Engine) Sweep(ctx context.Context, stack string) ([]Object, error) {
	return e.SweepBut(ctx, stack, "")
}

// SweepBut is Sweep that leaves the objects of one kind alone.
func (e *Engine) SweepBut(ctx context.Context, stack, kind string) ([]Object, error) {
	var before []Object
	moved := time.Now()
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		all, err := e.Objects(ctx)
		if err != nil {
			return nil, err
		}
		own := slices.DeleteFunc(Of(all, stack), func(o Object) bool { return o.Kind == kind })
		if len(own) == 0 {
			return nil, nil
		}
		if !slices.Equal(own, before) {
			before, moved = own, time.Now()
		}
		var last error
		for _, o := range own {
			if err := e.Remove(ctx, o); err != nil {
				last = err
			}
		}
		if last != nil && time.Since(moved) > heldFor {
			return own, last
		}
		select {
		case <-ctx.Done():
			return own, errors.Join(ctx.Err(), last)
		case <-time.After(wait):
		}
	}
}

// Remove takes one object away. One that is gone already is no error.
func (e *Engine) Remove(ctx context.Context, o Object) error {
	var err error
	switch o.Kind {
	case "service":
		err = e.api.ServiceRemove(ctx, o.ID)
	case "container":
		err = e.api.ContainerRemove(ctx, o.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})
	case "network":
		err = e.api.NetworkRemove(ctx, o.ID)
	case "secret":
		err = e.api.SecretRemove(ctx, o.ID)
	case "config":
		err = e.api.ConfigRemove(ctx, o.ID)
	case "volume":
		err = e.api.VolumeRemove(ctx, o.ID, true)
	}
	if err == nil || errdefs.IsNotFound(err) || strings.Contains(err.Error(), "not found") {
		return nil // removing an overlay may answer 500 "network ... not found"
	}
	return fmt.Errorf("remove %s: %w", o, err)
}

func byStack(stack string) filters.Args {
	return filters.NewArgs(filters.Arg("label", stackLabel+"="+stack))
}

func (e *Engine) services(ctx context.Context) ([]Object, error) {
	list, err := e.api.ServiceList(ctx, swarm.ServiceListOptions{})
	return objects(list, err, func(s swarm.Service) Object {
		return Object{"service", s.ID, s.Spec.Name, s.Spec.Labels[stackLabel]}
	})
}

func (e *Engine) containers(ctx context.Context) ([]Object, error) {
	list, err := e.api.ContainerList(ctx, container.ListOptions{All: true})
	return objects(list, err, func(c container.Summary) Object {
		name := c.ID
		if len(c.Names) > 0 {
			name = strings.TrimPrefix(c.Names[0], "/")
		}
		return Object{"container", c.ID, name, c.Labels[stackLabel]}
	})
}

func (e *Engine) networks(ctx context.Context) ([]Object, error) {
	list, err := e.api.NetworkList(ctx, network.ListOptions{})
	return objects(list, err, func(n network.Summary) Object {
		return Object{"network", n.ID, n.Name, n.Labels[stackLabel]}
	})
}

func (e *Engine) secrets(ctx context.Context) ([]Object, error) {
	list, err := e.api.SecretList(ctx, swarm.SecretListOptions{})
	return objects(list, err, func(s swarm.Secret) Object {
		return Object{"secret", s.ID, s.Spec.Name, s.Spec.Labels[stackLabel]}
	})
}

func (e *Engine) configs(ctx context.Context) ([]Object, error) {
	list, err := e.api.ConfigList(ctx, swarm.ConfigListOptions{})
	return objects(list, err, func(c swarm.Config) Object {
		return Object{"config", c.ID, c.Spec.Name, c.Spec.Labels[stackLabel]}
	})
}

func (e *Engine) volumes(ctx context.Context) ([]Object, error) {
	resp, err := e.api.VolumeList(ctx, volume.ListOptions{})
	return objects(resp.Volumes, err, func(v *volume.Volume) Object {
		return Object{"volume", v.Name, v.Name, v.Labels[stackLabel]}
	})
}

// objects turns one list of the Engine API into Objects.
func objects[T any](list []T, err error, one func(T) Object) ([]Object, error) {
	if err != nil {
		return nil, fmt.Errorf("list the engine's objects: %w", err)
	}
	out := make([]Object, 0, len(list))
	for _, item := range list {
		out = append(out, one(item))
	}
	return out, nil
}
