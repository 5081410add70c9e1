package backupbot

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
	"github.com/google/shlex"

	"coopcloud.tech/cc-ci/internal/result"
)

// hook runs a label's command in the service's container; "" is none. Its standard
// output goes to out.
func (b Bot) hook(ctx context.Context, s service, label, command string, out io.Writer) error {
	if command == "" {
		return nil
	}
	b.say("service " + s.name + ": " + label)
	argv := []string{"sh", "-c", command}
	if _, err := b.Engine.ContainerStatPath(ctx, s.container, "/bin/sh"); err != nil {
		if argv, err = shlex.Split(command); err != nil {
			return fmt.Errorf("service %s: %s: %w", s.name, label, err)
		}
	}
	var errs bytes.Buffer
	status, err := b.exec(ctx, s.container, argv, out, &errs)
	if err != nil {
		return fmt.Errorf("service %s: %s: %w", s.name, label, err)
	}
	if status != 0 {
		return fmt.Errorf("service %s: %s: exit %d: %s", s.name, label, status, result.LastLine(errs.String()))
	}
	return nil
}

func (b Bot) exec(ctx context.Context, id string, argv []string, out, errs io.Writer) (int, error) {
	made, err := b.Engine.ContainerExecCreate(ctx, id, container.ExecOptions{Cmd: argv, AttachStdout: true, AttachStderr: true})
	if err != nil {
		return 0, err
	}
	stream, err := b.Engine.ContainerExecAttach(ctx, made.ID, container.ExecAttachOptions{})
	if err != nil {
		return 0, err
	}
	defer stream.Close()
	stop := context.AfterFunc(ctx, stream.Close)
	defer stop()
	if _, err := stdcopy.StdCopy(out, errs, stream.Reader); err != nil {
		return 0, err
	}
	state, err := b.Engine.ContainerExecInspect(ctx, made.ID)
	return state.ExitCode, err
}
