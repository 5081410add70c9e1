package standin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
	"github.com/moby/term"
	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/standin/stack"
)

var errNoTerminal = errors.New("the input device is not a TTY")

// terminal says whether standard input is one.
func (p *program) terminal() bool {
	f, ok := p.in.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

// appRun runs a command in a service's container (contract 3.10).
func (p *program) appRun() *cobra.Command {
	var noTTY bool
	var user string
	cmd := &cobra.Command{
		Use: "run <domain> <service> <cmd> [[args] [flags] | [flags] -- [args]]", Short: "Run a command inside a service container",
		Args: cobra.MinimumNArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, _, err := p.runningApp(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if !noTTY && !p.terminal() && p.switches.Is("run-tty", "asked") {
				return errNoTerminal
			}
			return p.exec(cmd.Context(), a.Stack+"_"+args[1], stack.Command{
				Args: args[2:], User: user, TTY: !noTTY && p.terminal(),
			})
		},
	}
	cmd.Flags().BoolVarP(&noTTY, "no-tty", "t", false, "do not request a TTY")
	cmd.Flags().StringVarP(&user, "user", "u", "", "run command as user")
	return cmd
}

// exec runs c in the service's container with our own streams.
func (p *program) exec(ctx context.Context, service string, c stack.Command) error {
	id, err := p.engine.Container(ctx, service)
	if err != nil {
		return err
	}
	restore := p.raw(c.TTY)
	status, err := p.engine.Exec(ctx, id, c, p.out, p.err)
	restore()
	if err != nil {
		return err
	}
	if status != 0 {
		return fmt.Errorf("exit status %d of %s in %s", status, c.Args[0], service)
	}
	return nil
}

// raw hands the terminal over to the container's, which does its own line handling, and
// gives the function that takes it back. Nothing is typed into it.
func (p *program) raw(tty bool) (restore func()) {
	f, ok := p.in.(*os.File)
	if !tty || !ok {
		return func() {}
	}
	state, err := term.SetRawTerminal(f.Fd())
	if err != nil {
		return func() {}
	}
	return func() {
		// The process is about to end; a terminal that can't be restored stays raw.
		_ = term.RestoreTerminal(f.Fd(), state)
	}
}

// appLogs follows the logs of one service, or of all, until it is interrupted.
func (p *program) appLogs() *cobra.Command {
	return &cobra.Command{
		Use: "logs <domain> [service] [flags]", Short: "Tail app logs", Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, services, err := p.runningApp(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			var ids []string
			for _, s := range services {
				if len(args) == 1 || a.short(s.Spec.Name) == args[1] {
					ids = append(ids, s.ID)
				}
			}
			if len(ids) == 0 {
				return fmt.Errorf("%s has no service %s", a.Name, args[1])
			}
			return p.follow(cmd.Context(), ids)
		},
	}
}

func (p *program) follow(ctx context.Context, ids []string) error {
	out := &locked{w: p.out}
	var group sync.WaitGroup
	errs := make([]error, len(ids))
	for i, id := range ids {
		group.Go(func() {
			stream, err := p.engine.API.ServiceLogs(ctx, id, container.LogsOptions{ShowStdout: true, ShowStderr: true, Follow: true})
			if err != nil {
				errs[i] = err
				return
			}
			defer stream.Close()
			_, errs[i] = stdcopy.StdCopy(out, out, stream)
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return nil
	}
	// The engine's stream ended although nobody stopped it; abra goes on waiting.
	<-ctx.Done()
	return errors.Join(errs...)
}
