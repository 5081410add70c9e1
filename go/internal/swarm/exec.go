package swarm

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/pkg/stdcopy"

	"coopcloud.tech/cc-ci/internal/result"
)

// maxOutput bounds what an exec or a log keeps in memory, per stream.
const maxOutput = 8 << 20

// Command is what runs in a service's container.
type Command struct {
	Argv  []string
	Stdin string
	Env   []string // "NAME=value"
	User  string

	Stdout io.Writer // takes the standard output, all of it, in the place of Output
}

// Output is what a command gave. Streams are cut at 8 MiB.
type Output struct {
	Exit           int
	Stdout, Stderr string
}

// Exec runs c in the running container of stack's service and waits for its end. A
// service that is not there or has no running task is the recipe's fault, since nobody
// asks before the app was ready; a non-zero exit is no error.
func (e *Engine) Exec(ctx context.Context, stack, service string, c Command) (Output, error) {
	id, err := e.container(ctx, stack, service)
	if err != nil {
		return Output{}, err
	}
	return e.exec(ctx, id, service, c)
}

// ExecLabel is Exec in the service, of any stack, that has a label with this value;
// found is false where there is none.
func (e *Engine) ExecLabel(ctx context.Context, label, value string, c Command) (out Output, found bool, err error) {
	list, err := e.api.ServiceList(ctx, swarm.ServiceListOptions{Filters: filters.NewArgs(filters.Arg("label", label+"="+value))})
	if err != nil {
		return Output{}, false, fmt.Errorf("service with the label %s: %w", label, err)
	}
	if len(list) == 0 {
		return Output{}, false, nil
	}
	id, why, err := e.runningTask(ctx, list[0])
	if err == nil && id == "" {
		err = fmt.Errorf("service %s has no running task: %s", list[0].Spec.Name, why)
	}
	if err != nil {
		return Output{}, true, err
	}
	out, err = e.exec(ctx, id, list[0].Spec.Name, c)
	return out, true, err
}

func (e *Engine) exec(ctx context.Context, id, service string, c Command) (Output, error) {
	made, err := e.api.ContainerExecCreate(ctx, id, container.ExecOptions{
		Cmd: c.Argv, Env: c.Env, User: c.User, AttachStdin: c.Stdin != "", AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return Output{}, fmt.Errorf("exec in %s: %w", service, err)
	}
	conn, err := e.api.ContainerExecAttach(ctx, made.ID, container.ExecAttachOptions{})
	if err != nil {
		return Output{}, fmt.Errorf("exec in %s: %w", service, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, conn.Close) // a read knows no context
	defer stop()
	if c.Stdin != "" {
		if _, err := io.WriteString(conn.Conn, c.Stdin); err != nil {
			return Output{}, fmt.Errorf("exec in %s: write stdin: %w", service, err)
		}
		conn.CloseWrite()
	}
	var out, errs capped
	to := c.Stdout
	if to == nil {
		to = &out
	}
	if _, err := stdcopy.StdCopy(to, &errs, conn.Reader); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return Output{}, fmt.Errorf("exec in %s: %w", service, err)
	}
	state, err := e.api.ContainerExecInspect(ctx, made.ID)
	if err != nil {
		return Output{}, fmt.Errorf("exec in %s: %w", service, err)
	}
	return Output{Exit: state.ExitCode, Stdout: out.kept.String(), Stderr: errs.kept.String()}, nil
}

// container is the id of the container of the service's running task.
func (e *Engine) container(ctx context.Context, stack, service string) (string, error) {
	services, err := e.Services(ctx, stack)
	if err != nil {
		return "", err
	}
	for _, s := range services {
		if short(stack, s.Spec.Name) != service {
			continue
		}
		id, why, err := e.runningTask(ctx, s)
		if err == nil && id == "" {
			err = result.Fault(fmt.Errorf("service %s has no running task: %s", service, why))
		}
		return id, err
	}
	return "", result.Fault(fmt.Errorf("the app has no service %q", service))
}

// runningTask is the id of the container of a service's running task; without one it says why.
func (e *Engine) runningTask(ctx context.Context, s swarm.Service) (id, why string, err error) {
	tasks, err := e.tasks(ctx, []swarm.Service{s})
	if err != nil {
		return "", "", err
	}
	for _, t := range newestFirst(tasks[s.ID]) {
		if t.Status.State == swarm.TaskStateRunning && t.Status.ContainerStatus != nil {
			return t.Status.ContainerStatus.ContainerID, "", nil
		}
	}
	return "", lastError(tasks[s.ID]), nil
}

// capped keeps the first maxOutput bytes and drops the rest. The buffer has a name, since io.Copy
// would use an embedded one's ReadFrom and pass Write by.
type capped struct{ kept bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	c.kept.Write(p[:min(len(p), maxOutput-c.kept.Len())])
	return len(p), nil
}
