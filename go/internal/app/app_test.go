package app

import (
	"errors"
	"fmt"
	"testing"

	"github.com/docker/cli/cli/compose/types"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// A task that gets no address is the machine's trouble, unless the recipe itself has made its network too small.
func TestBlameSubnet(t *testing.T) {
	network := func(subnets ...string) *recipe.Facts {
		n := types.NetworkConfig{}
		for _, s := range subnets {
			n.Ipam.Config = append(n.Ipam.Config, &types.IPAMPool{Subnet: s})
		}
		return &recipe.Facts{Config: &types.Config{Networks: map[string]types.NetworkConfig{"internal": n}}}
	}
	stuck := fmt.Errorf("service app: %w", swarm.ErrStuck)
	for _, tt := range []struct {
		name  string
		facts *recipe.Facts
		err   error
		want  result.Outcome
	}{
		{"a subnet of its own", network("10.9.9.0/30"), stuck, result.Fail},
		{"a large one of its own", network("10.9.8.0/24"), stuck, result.Error},
		{"the engine's subnet", network(), stuck, result.Error},
		{"another trouble", network("10.9.9.0/30"), errors.New("the engine is away"), result.Error},
		{"none", network("10.9.9.0/30"), nil, result.Pass},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := result.OutcomeOf(blameSubnet(tt.facts, tt.err)); got != tt.want {
				t.Errorf("expected %s, found %s", tt.want, got)
			}
		})
	}
}
