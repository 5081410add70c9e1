package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"coopcloud.tech/cc-ci/internal/abra"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/swarm"
)

var errLimit = errors.New("the limit is over")

// stopped keeps a wait that a person or the run's end cut short from being the recipe's fault.
func stopped(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && !errors.Is(context.Cause(ctx), errLimit) {
		return context.Cause(ctx)
	}
	return err
}

// small is how many bits of addresses a subnet of the recipe's own must have to be large enough for a few tasks.
const small = 4

// blameSubnet makes a task without an address the recipe's fault where the recipe itself leaves hardly any addresses.
func blameSubnet(f *recipe.Facts, err error) error {
	if !errors.Is(err, swarm.ErrStuck) {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(f.Config.Networks)) {
		for _, pool := range f.Config.Networks[key].Ipam.Config {
			if p, parsed := netip.ParsePrefix(pool.Subnet); parsed == nil && p.Addr().BitLen()-p.Bits() < small {
				return result.Fault(fmt.Errorf("%w; network %s has a small subnet of its own, %s: leave ipam out", err, key, pool.Subnet))
			}
		}
	}
	return err
}

// blame makes a refused deploy the recipe's fault, unless the engine is gone.
func (a *App) blame(ctx context.Context, err error) error {
	if _, ok := errors.AsType[*abra.Error](err); !ok {
		return stopped(ctx, err)
	}
	if _, gone := a.Engine.Services(ctx, a.Names.Stack); gone != nil {
		return errors.Join(err, gone)
	}
	return result.Fault(err)
}
