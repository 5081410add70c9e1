package swarm

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
)

// Size is that of a terminal, in characters.
type Size struct{ Width, Height uint }

// Terminal is where a person sits, or what stands in for one.
type Terminal struct {
	In       io.Reader
	Out, Err io.Writer   // a terminal has one stream: all comes to Out then
	Sizes    <-chan Size // nil: it is no terminal; the first size is sent at once
}

// Interactive runs argv in the running container of stack's service, joined to a person's
// terminal, until it ends. It gives its exit status.
func (e *Engine) Interactive(ctx context.Context, stack, service string, argv []string, t Terminal) (int, error) {
	id, err := e.container(ctx, stack, service)
	if err != nil {
		return 0, err
	}
	tty := t.Sizes != nil
	made, err := e.api.ContainerExecCreate(ctx, id, container.ExecOptions{
		Cmd: argv, Tty: tty, AttachStdin: true, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return 0, fmt.Errorf("exec in %s: %w", service, err)
	}
	conn, err := e.api.ContainerExecAttach(ctx, made.ID, container.ExecAttachOptions{Tty: tty})
	if err != nil {
		return 0, fmt.Errorf("exec in %s: %w", service, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, conn.Close)() // a read knows no context
	over, stop := context.WithCancel(ctx)
	var resizing sync.WaitGroup
	resizing.Go(func() { e.resize(over, made.ID, t.Sizes) })
	go func() { // ends with the person's input, or with this process: a read can't be stopped
		_, _ = io.Copy(conn.Conn, t.In)
		_ = conn.CloseWrite()
	}()
	if tty {
		_, err = io.Copy(t.Out, conn.Reader)
	} else {
		_, err = stdcopy.StdCopy(t.Out, t.Err, conn.Reader)
	}
	stop()
	resizing.Wait()
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("exec in %s: %w", service, err)
	}
	state, err := e.api.ContainerExecInspect(ctx, made.ID)
	if err != nil {
		return 0, fmt.Errorf("exec in %s: %w", service, err)
	}
	return state.ExitCode, nil
}

// resize passes the terminal's sizes on. One that is refused changes nothing but the looks.
func (e *Engine) resize(ctx context.Context, exec string, sizes <-chan Size) {
	for {
		select {
		case s := <-sizes:
			_ = e.api.ContainerExecResize(ctx, exec, container.ResizeOptions{Width: s.Width, Height: s.Height})
		case <-ctx.Done():
			return
		}
	}
}
