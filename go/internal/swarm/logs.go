package swarm

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/pkg/stdcopy"
)

// Tail gives the last n lines of a service's log, of both streams; none where the service keeps no log. A service with a
// terminal of its own (`tty: true`) has one stream, which comes as it is.
func (e *Engine) Tail(ctx context.Context, s swarm.Service, n int) ([]string, error) {
	task := s.Spec.TaskTemplate
	if task.LogDriver != nil && task.LogDriver.Name == "none" {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := e.api.ServiceLogs(ctx, s.ID, container.LogsOptions{ShowStdout: true, ShowStderr: true, Tail: fmt.Sprint(n)})
	if err != nil {
		return nil, fmt.Errorf("log of %s: %w", s.ID, err)
	}
	defer r.Close()
	var buf capped
	if task.ContainerSpec != nil && task.ContainerSpec.TTY {
		_, err = io.Copy(&buf, r)
	} else {
		_, err = stdcopy.StdCopy(&buf, &buf, r)
	}
	if err != nil && buf.kept.Len() == 0 {
		return nil, fmt.Errorf("log of %s: %w", s.ID, err)
	}
	return lines(buf.kept.Bytes(), n), nil
}

func lines(b []byte, n int) []string {
	var out []string
	for line := range bytes.Lines(b) {
		out = append(out, string(bytes.TrimRight(line, "\r\n")))
	}
	return out[max(0, len(out)-n):]
}
