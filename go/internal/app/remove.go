package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// undeployLimit leaves time of a removal's limit to the engine, which kills: abra waits
// for the app to stop, and a recipe may ask for hours (stop_grace_period).
var undeployLimit = 2 * time.Minute

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
		refused = a.undeploy(ctx)
		point.Undeployed.Reached()
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

// undeploy lets abra remove the stack. One that doesn't stop in time is the recipe's fault.
func (a *App) undeploy(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, undeployLimit)
	defer cancel()
	err := a.Abra.Undeploy(limited, a.Names.Domain)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return result.Fault(fmt.Errorf("undeploy: expected the app to stop within %s, and it had to be killed: see stop_grace_period and how it takes SIGTERM", undeployLimit))
	}
	return err
}
