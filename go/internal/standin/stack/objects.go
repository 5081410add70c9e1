package stack

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/api/types/volume"
)

// MaxName is the longest name that the engine takes for a secret or a config.
const MaxName = 64

// Secrets gives the swarm's secrets whose names begin with prefix, by name.
func (e *Engine) Secrets(ctx context.Context, prefix string) (map[string]swarm.Secret, error) {
	all, err := e.API.SecretList(ctx, swarm.SecretListOptions{})
	if err != nil {
		return nil, err
	}
	out := map[string]swarm.Secret{}
	for _, secret := range all {
		if strings.HasPrefix(secret.Spec.Name, prefix) {
			out[secret.Spec.Name] = secret
		}
	}
	return out, nil
}

// StoreSecret makes a secret. It carries no label: abra's are external to the stack. A
// name that exists gives the engine's AlreadyExists error.
func (e *Engine) StoreSecret(ctx context.Context, name, value string) error {
	if len(name) > MaxName {
		return fmt.Errorf("secret %s is > %d chars", name, MaxName)
	}
	_, err := e.API.SecretCreate(ctx, swarm.SecretSpec{Annotations: swarm.Annotations{Name: name}, Data: []byte(value)})
	return err
}

// Exists says whether err is the engine's answer for a name that is taken.
func Exists(err error) bool {
	return errdefs.IsConflict(err) || errdefs.IsAlreadyExists(err) || err != nil && strings.Contains(err.Error(), "AlreadyExists")
}

// Volumes gives the names of the stack's volumes, sorted.
func (e *Engine) Volumes(ctx context.Context, stack string) ([]string, error) {
	list, err := e.API.VolumeList(ctx, volume.ListOptions{Filters: labelled(stack)})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, v := range list.Volumes {
		names = append(names, v.Name)
	}
	slices.Sort(names)
	return names, nil
}

// RemoveVolume removes a volume, trying the given number of times, a second apart, as
// long as the engine says that it is in use.
func (e *Engine) RemoveVolume(ctx context.Context, name string, tries int) error {
	for try := 1; ; try++ {
		err := e.API.VolumeRemove(ctx, name, true)
		if err == nil || errdefs.IsNotFound(err) {
			return nil
		}
		if try >= tries || !errdefs.IsConflict(err) {
			return fmt.Errorf("volume %s: %w", name, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}
