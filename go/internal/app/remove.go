package app

import (
	"context"
	"fmt"
	"os"

	"coopcloud.tech/cc-ci/internal/swarm"
)

// Remove takes the app away and proves it: abra undeploys as an operator would, then
// everything that carries the stack's name is removed through the engine until
// nothing is left or ctx ends. It gives what is left, by kind and name (S8).
func (a *App) Remove(ctx context.Context) ([]string, error) {
	a.Tell("removing " + a.Names.Domain)
	services, err := a.Engine.Services(ctx, a.Names.Stack)
	if err != nil {
		return nil, err
	}
	var refused error
	if _, err := os.Stat(a.Abra.EnvFile(a.Names.Domain)); err == nil && len(services) > 0 {
		refused = a.Abra.Undeploy(ctx, a.Names.Domain)
	}
	left, err := a.wipe(ctx)
	if err != nil {
		return left, err
	}
	return nil, refused
}

// Wipe is Remove between two deployments of one run: without abra, which waits until
// the engine has stopped every container at its leisure. What it proves is the same.
func (a *App) Wipe(ctx context.Context) ([]string, error) {
	a.Tell("wiping " + a.Names.Domain)
	return a.wipe(ctx)
}

func (a *App) wipe(ctx context.Context) ([]string, error) {
	left, err := a.Engine.Sweep(ctx, a.Names.Stack)
	if len(left) > 0 {
		return swarm.Strings(left), fmt.Errorf("%d objects of %s are left: %w", len(left), a.Names.Stack, err)
	}
	if err != nil {
		return nil, err
	}
	return nil, a.Abra.Forget(a.Names.Domain)
}
