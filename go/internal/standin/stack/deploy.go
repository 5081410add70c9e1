package stack

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/docker/cli/cli/command/service/progress"
	"github.com/docker/cli/cli/command/stack/options"
	cliswarm "github.com/docker/cli/cli/command/stack/swarm"
	composetypes "github.com/docker/cli/cli/compose/types"
	"github.com/docker/docker/api/types/swarm"
	"github.com/spf13/pflag"
)

// Errors of Watch; the words are abra's.
var (
	ErrFailed   = errors.New("deploy failed")
	ErrTimedOut = errors.New("deploy timed out")
)

// Services gives the stack's services.
func (e *Engine) Services(ctx context.Context, stack string) ([]swarm.Service, error) {
	return e.API.ServiceList(ctx, swarm.ServiceListOptions{Filters: labelled(stack), Status: true})
}

// Deploy creates or updates the stack's networks, secrets, configs and services. Images
// are resolved at their registry each time; where it can't be reached the engine goes
// on with the image that it has. Registry credentials of the docker configuration are
// passed on.
func (e *Engine) Deploy(ctx context.Context, stack string, config *composetypes.Config) error {
	opts := &options.Deploy{
		Namespace: stack, ResolveImage: cliswarm.ResolveImageAlways,
		SendRegistryAuth: true, Detach: true,
	}
	flags := pflag.NewFlagSet("deploy", pflag.ContinueOnError)
	flags.Bool("detach", true, "")
	if err := flags.Set("detach", "true"); err != nil {
		return err
	}
	if err := cliswarm.RunDeploy(ctx, e.cli, flags, opts, config); err != nil {
		return fmt.Errorf("stack %s: %w", stack, err)
	}
	return nil
}

// Watch waits until every service of the stack has converged, as the docker CLI's own
// monitor sees it: all tasks running, and healthy where there is a health check. It
// gives ErrTimedOut after limit and ErrFailed where a service was rolled back since
// the call. before is what Services gave ahead of the deploy.
func (e *Engine) Watch(ctx context.Context, stack string, before []swarm.Service, limit time.Duration) error {
	services, err := e.Services(ctx, stack)
	if err != nil {
		return err
	}
	watch, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	errs := make([]error, len(services))
	var group sync.WaitGroup
	for i, service := range services {
		group.Go(func() { errs[i] = progress.ServiceProgress(watch, e.API, service.ID, discard{}) })
	}
	group.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case watch.Err() != nil:
		return fmt.Errorf("%w after %s", ErrTimedOut, limit)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%w: %w", ErrFailed, err)
	}
	return e.rolledBack(ctx, stack, before)
}

// rolledBack looks at the updates that began after before was read: the engine shows
// the state of an earlier update until the next one starts.
func (e *Engine) rolledBack(ctx context.Context, stack string, before []swarm.Service) error {
	earlier := map[string]time.Time{}
	for _, service := range before {
		if u := service.UpdateStatus; u != nil && u.StartedAt != nil {
			earlier[service.ID] = *u.StartedAt
		}
	}
	services, err := e.Services(ctx, stack)
	if err != nil {
		return err
	}
	for _, service := range services {
		u := service.UpdateStatus
		if u == nil || u.StartedAt != nil && u.StartedAt.Equal(earlier[service.ID]) {
			continue
		}
		switch u.State {
		case swarm.UpdateStateRollbackStarted, swarm.UpdateStateRollbackCompleted, swarm.UpdateStateRollbackPaused:
			return fmt.Errorf("%w: %s was rolled back: %s", ErrFailed, service.Spec.Name, u.Message)
		}
	}
	return nil
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Close() error                { return nil }
