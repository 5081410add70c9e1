package stack

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
)

const poll = 100 * time.Millisecond

// Remove takes away the stack's services, secrets and configs that carry its label, and
// its networks. Volumes and external secrets stay. With wait it returns when no task
// is left that runs; containers may still be stopping then.
func (e *Engine) Remove(ctx context.Context, stack string, wait bool) error {
	services, err := e.Services(ctx, stack)
	if err != nil {
		return err
	}
	for _, service := range services {
		if err := e.API.ServiceRemove(ctx, service.ID); err != nil && !errdefs.IsNotFound(err) {
			return fmt.Errorf("service %s: %w", service.Spec.Name, err)
		}
	}
	if err := e.removeFiles(ctx, stack); err != nil {
		return err
	}
	if err := e.removeNetworks(ctx, stack); err != nil {
		return err
	}
	if !wait {
		return nil
	}
	return e.waitForTasks(ctx, stack)
}

func (e *Engine) removeFiles(ctx context.Context, stack string) error {
	secrets, err := e.API.SecretList(ctx, swarm.SecretListOptions{Filters: labelled(stack)})
	if err != nil {
		return err
	}
	for _, secret := range secrets {
		if err := e.API.SecretRemove(ctx, secret.ID); err != nil && !errdefs.IsNotFound(err) {
			return fmt.Errorf("secret %s: %w", secret.Spec.Name, err)
		}
	}
	configs, err := e.API.ConfigList(ctx, swarm.ConfigListOptions{Filters: labelled(stack)})
	if err != nil {
		return err
	}
	for _, config := range configs {
		if err := e.API.ConfigRemove(ctx, config.ID); err != nil && !errdefs.IsNotFound(err) {
			return fmt.Errorf("config %s: %w", config.Spec.Name, err)
		}
	}
	return nil
}

func (e *Engine) removeNetworks(ctx context.Context, stack string) error {
	networks, err := e.API.NetworkList(ctx, network.ListOptions{Filters: labelled(stack)})
	if err != nil {
		return err
	}
	for _, n := range networks {
		// For some 100 ms the engine lists an overlay that the swarm has already removed, and
		// answers 500 "network ... not found" for it.
		err := e.API.NetworkRemove(ctx, n.ID)
		if err != nil && !errdefs.IsNotFound(err) && !strings.Contains(err.Error(), "not found") {
			return fmt.Errorf("network %s: %w", n.Name, err)
		}
	}
	return nil
}

func (e *Engine) waitForTasks(ctx context.Context, stack string) error {
	for {
		tasks, err := e.API.TaskList(ctx, swarm.TaskListOptions{Filters: labelled(stack)})
		if err != nil {
			return err
		}
		if !anyAlive(tasks) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("tasks of %s: %w", stack, ctx.Err())
		case <-time.After(poll):
		}
	}
}

func anyAlive(tasks []swarm.Task) bool {
	for _, task := range tasks {
		switch task.Status.State {
		case swarm.TaskStateComplete, swarm.TaskStateShutdown, swarm.TaskStateFailed,
			swarm.TaskStateRejected, swarm.TaskStateRemove, swarm.TaskStateOrphaned:
		default:
			return true
		}
	}
	return false
}
