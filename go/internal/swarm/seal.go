package swarm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/docker/docker/api/types/swarm"
)

// sealLabel holds a digest of the service's own specification as it was when it was
// sealed. It lies in the engine, beside what it speaks of, so that no file can disagree.
const sealLabel = "cc-ci.seal"

// Seal marks every service of the stack as being what was deployed. No task is restarted:
// a service's labels are none of its tasks' business.
func (e *Engine) Seal(ctx context.Context, stack string) error {
	services, err := e.Services(ctx, stack)
	if err != nil {
		return err
	}
	for _, s := range services {
		digest, err := digest(s.Spec)
		if err != nil {
			return err
		}
		spec := s.Spec
		spec.Labels = maps.Clone(spec.Labels)
		if spec.Labels == nil {
			spec.Labels = map[string]string{}
		}
		spec.Labels[sealLabel] = digest
		if _, err := e.api.ServiceUpdate(ctx, s.ID, s.Version, spec, swarm.ServiceUpdateOptions{RegistryAuthFrom: swarm.RegistryAuthFromSpec}); err != nil {
			return fmt.Errorf("seal %s: %w", s.Spec.Name, err)
		}
	}
	return nil
}

// Broken names the first service that is not as it was sealed; "" where all are.
func Broken(services []swarm.Service) (string, error) {
	for _, s := range services {
		digest, err := digest(s.Spec)
		if err != nil {
			return "", err
		}
		if s.Spec.Labels[sealLabel] != digest {
			return s.Spec.Name, nil
		}
	}
	return "", nil
}

func digest(spec swarm.ServiceSpec) (string, error) {
	spec.Labels = maps.Clone(spec.Labels)
	delete(spec.Labels, sealLabel)
	b, err := json.Marshal(spec)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8]), nil
}
