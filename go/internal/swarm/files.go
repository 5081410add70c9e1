package swarm

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"path"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
)

// WriteFile writes a file into the running container of stack's service, through the
// engine: no program of the image is needed. The folder must exist; where the
// container's root is read-only it must lie in a volume.
func (e *Engine) WriteFile(ctx context.Context, stack, service, file string, content []byte) error {
	id, err := e.container(ctx, stack, service)
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	if err := w.WriteHeader(&tar.Header{Name: path.Base(file), Mode: 0o644, Size: int64(len(content))}); err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := e.api.CopyToContainer(ctx, id, path.Dir(file), &archive, container.CopyToContainerOptions{}); err != nil {
		return fmt.Errorf("write %s in %s: %w", file, service, err)
	}
	return nil
}

// ReadFile reads a file of the service's running container, at most 8 MiB of it. One
// that isn't there is found = false.
func (e *Engine) ReadFile(ctx context.Context, stack, service, file string) (content []byte, found bool, err error) {
	id, err := e.container(ctx, stack, service)
	if err != nil {
		return nil, false, err
	}
	archive, _, err := e.api.CopyFromContainer(ctx, id, file)
	if errdefs.IsNotFound(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read %s in %s: %w", file, service, err)
	}
	defer archive.Close()
	r := tar.NewReader(archive)
	if _, err := r.Next(); err != nil {
		return nil, false, fmt.Errorf("read %s in %s: %w", file, service, err)
	}
	content, err = io.ReadAll(io.LimitReader(r, maxOutput))
	return content, true, err
}

// IsDir tells whether a path of the service's running container is a folder; what
// doesn't exist is none.
func (e *Engine) IsDir(ctx context.Context, stack, service, name string) (bool, error) {
	id, err := e.container(ctx, stack, service)
	if err != nil {
		return false, err
	}
	stat, err := e.api.ContainerStatPath(ctx, id, name)
	if errdefs.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at %s in %s: %w", name, service, err)
	}
	return stat.Mode.IsDir(), nil
}
