package standin

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/standin/stack"
	"coopcloud.tech/cc-ci/internal/standin/switches"
)

// Version is the abra whose command line this is.
const Version = "0.13.0-beta"

// program is one invocation.
type program struct {
	dir      string // ABRA_DIR
	switches switches.Set
	in       io.Reader
	out, err io.Writer
	noInput  bool
	offline  bool
	debug    bool
	started  bool // the command line was accepted
	engine   *stack.Engine
}

// errWarned ends with status 1 where abra says why in a warning, not in a FATA line.
var errWarned = fmt.Errorf("ended with a warning")

// Main runs one command and gives its exit status, 0 or 1. getenv gives ABRA_DIR, HOME
// and CC_CI_STANDIN.
func Main(args []string, getenv func(string) string, in io.Reader, out, errs io.Writer) int {
	p := &program{in: in, out: out, err: errs, dir: cmp.Or(getenv("ABRA_DIR"), filepath.Join(getenv("HOME"), ".abra"))}
	var err error
	if p.switches, err = switches.Parse(getenv(switches.Env)); err != nil {
		p.fatal(err)
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer p.close()
	if err := p.root(args).ExecuteContext(ctx); err != nil {
		if err != errWarned && (p.started || p.switches.Is("usage-errors", "fata")) {
			p.fatal(err)
		}
		return 1
	}
	return 0
}

// root builds the tree of commands.
func (p *program) root(args []string) *cobra.Command {
	root := &cobra.Command{
		Use: "abra", Short: "A stand-in for abra, the Co-op Cloud command-line tool",
		Version: Version, Args: cobra.NoArgs, RunE: help,
		SilenceUsage: p.switches.Is("usage-errors", "fata"), SilenceErrors: p.switches.Is("usage-errors", "fata"),
	}
	root.SetVersionTemplate("abra-standin version {{.Version}}\n")
	root.SetArgs(args)
	// No SetOut: cobra would then print the usage text of an error on standard output.
	root.PersistentFlags().BoolVarP(&p.noInput, "no-input", "n", false, "toggle non-interactive mode")
	root.PersistentFlags().BoolVarP(&p.offline, "offline", "o", false, "prefer offline & filesystem access")
	root.PersistentFlags().BoolVarP(&p.debug, "debug", "d", false, "show debug messages")
	root.PersistentPreRun = func(*cobra.Command, []string) {
		p.started, root.SilenceErrors, root.SilenceUsage = true, true, true
	}
	app := group("app", "Manage apps")
	app.AddCommand(p.appNew(), p.appDeploy(), p.appUndeploy(), p.appRemove(), p.appList(), p.appPs(),
		p.appRun(), p.appLogs(), p.secretGroup(), p.volumeGroup(), p.backupGroup(), p.appRestore())
	root.AddCommand(p.serverGroup(), p.recipeGroup(), app)
	return root
}

// group makes a command that only holds others; a word it doesn't know is an error.
func group(use, short string, children ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: help}
	g.AddCommand(children...)
	return g
}

func help(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// swarm opens the engine on first use.
func (p *program) swarm() (*stack.Engine, error) {
	if p.engine == nil {
		engine, err := stack.Connect(p.err)
		if err != nil {
			return nil, err
		}
		p.engine = engine
	}
	return p.engine, nil
}

func (p *program) close() {
	if p.engine != nil {
		// The process ends here; a connection that can't be closed harms nobody.
		_ = p.engine.Close()
	}
}

// The four levels of abra's log, on standard error.
func (p *program) info(format string, a ...any) { p.line("INFO", fmt.Sprintf(format, a...)) }
func (p *program) warn(format string, a ...any) { p.line("WARN", fmt.Sprintf(format, a...)) }
func (p *program) fatal(err error)              { p.line("FATA", err.Error()) }

func (p *program) line(level, text string) { fmt.Fprintf(p.err, "%s %s\n", level, text) }

// confirm refuses what abra would ask a person.
func (p *program) confirm(what string) error {
	if !p.noInput {
		return fmt.Errorf("%s: abra asks here, and the stand-in has no prompts; pass -n", what)
	}
	return nil
}
