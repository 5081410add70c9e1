package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"coopcloud.tech/cc-ci/internal/keep"
	"coopcloud.tech/cc-ci/internal/run"
	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// anyShell takes the better shell of those that an image has.
var anyShell = []string{"sh", "-c", "command -v bash >/dev/null && exec bash; exec sh"}

func shellCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "shell RUN [SERVICE] [-- COMMAND...]",
		Short: "Look into an app that was kept",
		Long: `Opens a shell in the container of a service of an app that ` + "`cc-ci run --keep`" + ` left
deployed. RUN is the run's id, its app's domain, or the beginning of either; where it
fits no kept app, the kept apps are listed. SERVICE is "app" where none is given.
COMMAND runs in place of a shell.

The exit status is that of the shell or the command.`,
		Example: `  cc-ci run --plan plan.json --stage install --keep 30m
  cc-ci shell 20261123
  cc-ci shell hedgedoc-pr0 db -- psql -U postgres`,
		Args: func(cmd *cobra.Command, args []string) error {
			names := args
			if i := cmd.ArgsLenAtDash(); i >= 0 {
				names = args[:i]
			}
			if len(names) < 1 || len(names) > 2 {
				return usagef("shell: expected RUN and at most a SERVICE, found %q (see `cc-ci shell --help`)", strings.Join(names, " "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := loadSite(cmd)
			if err != nil {
				return err
			}
			argv, dash := anyShell, cmd.ArgsLenAtDash()
			if dash >= 0 && dash < len(args) {
				argv = args[dash:]
			}
			service := "app"
			if len(args) > 1 && dash != 1 {
				service = args[1]
			}
			return shell(cmd, s, args[0], service, argv)
		},
	}
}

func shell(cmd *cobra.Command, s site.Site, name, service string, argv []string) error {
	kept, err := run.KeptApps(cmd.Context(), s)
	if err != nil {
		return err
	}
	app, err := keep.Find(kept, name)
	if err != nil {
		return usageError{err}
	}
	engine, err := swarm.Connect(cmd.Context(), s.Docker)
	if err != nil {
		return err
	}
	defer engine.Close()
	t, restore, err := terminal(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	code, err := engine.Interactive(cmd.Context(), app.Stack, service, argv, t)
	if err = errors.Join(err, restore()); err != nil {
		return err
	}
	return ended(code, nil)
}

// terminal hands a person's terminal over as it is: raw, with its size and its changes.
// restore gives it back. Where either end is none, streams are passed on.
func terminal(ctx context.Context, in io.Reader, out, errs io.Writer) (t swarm.Terminal, restore func() error, err error) {
	t = swarm.Terminal{In: in, Out: out, Err: errs}
	from, ok := in.(*os.File)
	to, also := out.(*os.File)
	if !ok || !also || !term.IsTerminal(int(from.Fd())) || !term.IsTerminal(int(to.Fd())) {
		return t, func() error { return nil }, nil
	}
	old, err := term.MakeRaw(int(from.Fd()))
	if err != nil {
		return t, nil, fmt.Errorf("terminal: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	t.Sizes = sizes(ctx, int(to.Fd()))
	return t, func() error {
		stop()
		return term.Restore(int(from.Fd()), old)
	}, nil
}

// sizes tells the terminal's size now and after each change, until ctx ends.
func sizes(ctx context.Context, fd int) <-chan swarm.Size {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, syscall.SIGWINCH)
	changed <- syscall.SIGWINCH
	told := make(chan swarm.Size, 1)
	go func() {
		defer signal.Stop(changed)
		for {
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
			width, height, err := term.GetSize(fd)
			if err != nil {
				continue
			}
			select {
			case told <- swarm.Size{Width: uint(width), Height: uint(height)}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return told
}
