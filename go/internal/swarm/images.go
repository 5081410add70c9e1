package swarm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
)

// ErrNoImage means that an image is neither here nor can be pulled.
var ErrNoImage = errors.New("image can't be had")

// Image makes sure that ref is on the engine, pulls it where it isn't, and gives
// its digest, or its id where it came from no registry. Errors wrap ErrNoImage.
func (e *Engine) Image(ctx context.Context, ref string) (string, error) {
	if id, err := e.imageID(ctx, ref); err == nil {
		return id, nil
	} else if !errdefs.IsNotFound(err) {
		return "", fmt.Errorf("image %s: %w", ref, err)
	}
	if err := e.pull(ctx, ref); err != nil {
		return "", fmt.Errorf("pull %s: %w: %w", ref, ErrNoImage, err)
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
func (e *Engine) pull(ctx context.Context, ref string) error {
	r, err := e.api.ImagePull(ctx, ref, image.PullOptions{})
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
