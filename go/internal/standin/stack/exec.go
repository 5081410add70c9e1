package stack

import (
	"context"
	"fmt"
	"io"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/pkg/stdcopy"
)

// Command is what Exec runs.
type Command struct {
	Args []string
	Env  []string
	User string
	TTY  bool // one stream with carriage returns, as a terminal gives it
}

// Container gives the id of the running container of a service (its full name).
func (e *Engine) Container(ctx context.Context, service string) (string, error) {
	tasks, err := e.API.TaskList(ctx, swarm.TaskListOptions{Filters: filters.NewArgs(
		filters.Arg("service", service), filters.Arg("desired-state", "running"))})
	if err != nil {
		return "", err
	}
	for _, task := range tasks {
		if task.Status.State == swarm.TaskStateRunning && task.Status.ContainerStatus != nil {
			return task.Status.ContainerStatus.ContainerID, nil
		}
	}
	return "", fmt.Errorf("no running container of %s found", service)
}

// Exec runs a command in a container and gives its exit status. What ctx can't stop is
// the command itself: the engine has no call for that.
func (e *Engine) Exec(ctx context.Context, id string, c Command, stdout, stderr io.Writer) (int, error) {
	made, err := e.API.ContainerExecCreate(ctx, id, container.ExecOptions{
		Cmd: c.Args, Env: c.Env, User: c.User, Tty: c.TTY, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return 0, fmt.Errorf("exec in %s: %w", id, err)
	}
	stream, err := e.API.ContainerExecAttach(ctx, made.ID, container.ExecAttachOptions{Tty: c.TTY})
	if err != nil {
		return 0, fmt.Errorf("exec in %s: %w", id, err)
	}
	defer stream.Close()
	stop := context.AfterFunc(ctx, func() { stream.Close() })
	defer stop()
	if c.TTY {
		_, err = io.Copy(stdout, stream.Reader)
	} else {
		_, err = stdcopy.StdCopy(stdout, stderr, stream.Reader)
	}
	if err != nil {
		return 0, fmt.Errorf("exec in %s: %w", id, err)
	}
	state, err := e.API.ContainerExecInspect(ctx, made.ID)
	return state.ExitCode, err
}
