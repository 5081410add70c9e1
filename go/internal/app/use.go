package app

import (
	"context"
	"maps"
	"slices"

	"coopcloud.tech/cc-ci/internal/step"
	"coopcloud.tech/cc-ci/internal/swarm"
)

var _ step.App = (*App)(nil)

// Exec runs a command in the running container of one of the app's services.
func (a *App) Exec(ctx context.Context, service string, cmd step.ExecRequest) (step.ExecResult, error) {
	out, err := a.Engine.Exec(ctx, a.Names.Stack, service, swarm.Command{Argv: cmd.Command, Stdin: cmd.Stdin, Env: pairs(cmd.Env), User: cmd.User})
	return step.ExecResult{Exit: out.Exit, Stdout: out.Stdout, Stderr: out.Stderr}, err
}

// Secret gives the value of one of the app's secrets.
func (a *App) Secret(name string) (string, bool) { return a.Secrets.Get(name) }

// pairs writes variables as the engine takes them, in a fixed order.
func pairs(env map[string]string) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		out = append(out, name+"="+env[name])
	}
	return out
}

// WriteFile writes a file into the running container of one of the app's services,
// whatever programs its image has.
func (a *App) WriteFile(ctx context.Context, service, file string, content []byte) error {
	return a.Engine.WriteFile(ctx, a.Names.Stack, service, file, content)
}

// ReadFile reads a file of the running container of one of the app's services; found
// is false where there is none.
func (a *App) ReadFile(ctx context.Context, service, file string) (content []byte, found bool, err error) {
	return a.Engine.ReadFile(ctx, a.Names.Stack, service, file)
}

// IsDir tells whether a path in the running container of a service is a folder.
func (a *App) IsDir(ctx context.Context, service, name string) (bool, error) {
	return a.Engine.IsDir(ctx, a.Names.Stack, service, name)
}
