package main

import (
	"context"
	"errors"
	"io"
	"os"
	osexec "os/exec"
	"path/filepath"

	"github.com/drone/runner-go/environ"
	"github.com/drone/runner-go/pipeline/runtime"
	"github.com/drone/runner-go/shell"
)

// processes is the engine: a step is a shell in the runner's own process group.
type processes struct{}

func (processes) Setup(_ context.Context, of runtime.Spec) error {
	s := of.(*spec)
	for _, dir := range []string{s.home(), s.workspace(), s.scripts()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	if s.netrc == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(s.home(), ".netrc"), []byte(s.netrc), 0o600)
}

func (processes) Destroy(_ context.Context, of runtime.Spec) error {
	return os.RemoveAll(of.(*spec).root)
}

// Run ends when the step's shell has ended and nobody holds its output any more. Where the build is cancelled
// or its time is over, the shell alone gets SIGKILL, at once, and nobody waits for what it had started: that
// runs on. It is what the real runner does, and what cc-ci has to live with.
func (processes) Run(ctx context.Context, of runtime.Spec, step runtime.Step, output io.Writer) (*runtime.State, error) {
	s, p := of.(*spec), step.(*process)
	script := filepath.Join(s.scripts(), p.name)
	if err := os.WriteFile(script, p.script(), 0o700); err != nil {
		return nil, err
	}
	name, args := shell.Command()
	cmd := osexec.Command(name, append(args, script)...)
	cmd.Env = environ.Slice(p.env)
	cmd.Dir = s.workspace()
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		var exit *osexec.ExitError
		if err != nil && !errors.As(err, &exit) {
			return nil, err
		}
		code := cmd.ProcessState.ExitCode()
		if code < 0 { // a signal
			code = 255
		}
		return &runtime.State{ExitCode: code, Exited: true}, nil
	case <-ctx.Done():
		cmd.Process.Kill() //nolint:errcheck // it ended by itself
		return nil, ctx.Err()
	}
}
