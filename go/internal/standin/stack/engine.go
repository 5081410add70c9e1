// Package stack puts a compose project on a real Docker Swarm and takes it away again,
// with the same library calls that `docker stack deploy` and abra are built on, so
// that names, labels and specs come out as theirs do (abra contract 6, 7).
//
// Contract: nothing is remembered between calls; what belongs to a stack is found by
// the engine's label com.docker.stack.namespace, secrets by their name's prefix.
// Limits: the local engine only (DOCKER_HOST), no pruning of services that left the
// compose file.
package stack

import (
	"fmt"
	"io"
	"os"

	"github.com/docker/cli/cli/command"
	cliflags "github.com/docker/cli/cli/flags"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/client"
)

// Label marks all that a stack owns, but for external secrets.
const Label = "com.docker.stack.namespace"

// Engine is a connection to one Docker engine. Close it.
type Engine struct {
	API client.APIClient
	cli *command.DockerCli
}

// Connect opens the engine that DOCKER_HOST names and agrees on an API version. What
// the docker library tells of its progress goes to w.
func Connect(w io.Writer) (*Engine, error) {
	cli, err := command.NewDockerCli(
		command.WithInputStream(io.NopCloser(eof{})), command.WithOutputStream(w), command.WithErrorStream(w))
	if err != nil {
		return nil, err
	}
	opts := cliflags.NewClientOptions()
	if host := os.Getenv(client.EnvOverrideHost); host != "" {
		opts.Hosts = []string{host}
	}
	if err := cli.Initialize(opts); err != nil {
		return nil, fmt.Errorf("docker engine: %w", err)
	}
	return &Engine{API: cli.Client(), cli: cli}, nil
}

// Close ends the connection.
func (e *Engine) Close() error { return e.API.Close() }

func labelled(stack string) filters.Args {
	return filters.NewArgs(filters.Arg("label", Label+"="+stack))
}

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }
