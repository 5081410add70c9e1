package swarm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"

	"coopcloud.tech/cc-ci/internal/registry"
	"coopcloud.tech/cc-ci/internal/result"
)

// ErrNoImage means that an image is neither here nor can be pulled, ErrNoSuchImage that there is none of this name: its
// registry was asked and said so, or the name can't be one. That is the fault of who wrote the name.
var (
	ErrNoImage     = errors.New("image can't be had")
	ErrNoSuchImage = result.Fault(errors.New("there is no such image"))
)

// unknown is how registries say so, by the engine's own store and by containerd's. "Denied" is none of it: the image may be
// private, and the operator's credentials missing. Nor is a "not found" of containerd's beyond the resolving of the name: then
// the image is there, and a blob, a snapshot or the store's own content is lost.
var unknown = regexp.MustCompile(`(?i)manifest unknown|manifest for .* not found|name unknown|repository name not known|failed to resolve reference "[^"]+": \S+: not found$`)

// Image makes sure that ref is on the engine, pulls it where it isn't with what c has for its registry, and gives
// its digest, or its id where it came from no registry. Errors wrap ErrNoImage or ErrNoSuchImage.
func (e *Engine) Image(ctx context.Context, ref string, c registry.Credentials) (string, error) {
	if id, err := e.imageID(ctx, ref); err == nil {
		return id, nil
	} else if errdefs.IsInvalidArgument(err) {
		return "", fmt.Errorf("image %s: %w: %w", ref, ErrNoSuchImage, err)
	} else if !errdefs.IsNotFound(err) {
		return "", fmt.Errorf("image %s: %w", ref, err)
	}
	auth, err := c.Header(ref)
	if err != nil {
		return "", fmt.Errorf("image %s: %w: %w", ref, ErrNoSuchImage, err)
	}
	if err := e.pull(ctx, ref, auth); err != nil {
		why := ErrNoImage
		if unknown.MatchString(strings.TrimSpace(err.Error())) {
			why = ErrNoSuchImage
		}
		return "", fmt.Errorf("pull %s: %w: %w", ref, why, err)
	}
	id, err := e.imageID(ctx, ref)
	if err != nil {
		return "", fmt.Errorf("image %s: %w: %w", ref, ErrNoImage, err)
	}
	return id, nil
}

func (e *Engine) imageID(ctx context.Context, ref string) (string, error) {
	i, err := e.api.ImageInspect(ctx, ref)
	if err != nil {
		return "", err
	}
	if len(i.RepoDigests) > 0 {
		return i.RepoDigests[0], nil
	}
	return i.ID, nil
}

// pull reads the engine's progress to its end: a failure comes as a line of it.
func (e *Engine) pull(ctx context.Context, ref, auth string) error {
	r, err := e.api.ImagePull(ctx, ref, image.PullOptions{RegistryAuth: auth})
	if err != nil {
		return err
	}
	defer r.Close()
	d := json.NewDecoder(r)
	for {
		var line struct{ Error string }
		if err := d.Decode(&line); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if line.Error != "" {
			return errors.New(line.Error)
		}
	}
}
