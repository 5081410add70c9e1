package standin

import (
	"context"
	"errors"
	"fmt"

	composetypes "github.com/docker/cli/cli/compose/types"
	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/standin/appenv"
	"coopcloud.tech/cc-ci/internal/standin/stack"
)

// deployOptions are the flags of `app deploy` (contract 3.6).
type deployOptions struct {
	version                                  string
	chaos, force, noWatch, noDomains, latest bool
}

func (p *program) appDeploy() *cobra.Command {
	var o deployOptions
	cmd := &cobra.Command{
		Use: "deploy <domain> [version] [flags]", Short: "Deploy an app", Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				o.version = args[1]
			}
			if o.chaos && o.version != "" {
				return errors.New("cannot use [version] and --chaos together")
			}
			if err := p.confirm("deploy " + args[0]); err != nil {
				return err
			}
			a, err := p.app(args[0])
			if err != nil {
				return err
			}
			return p.deploy(cmd.Context(), a, o)
		},
	}
	f := cmd.Flags()
	f.BoolVarP(&o.chaos, "chaos", "C", false, "ignore uncommitted recipes changes")
	f.BoolVarP(&o.force, "force", "f", false, "perform action without further prompt")
	f.BoolVarP(&o.noWatch, "no-converge-checks", "c", false, "disable converge logic checks")
	f.BoolVarP(&o.noDomains, "no-domain-checks", "D", false, "disable public DNS checks")
	if p.switches.Is("latest-flag", "deploy-latest") {
		f.BoolVarP(&o.latest, "deploy-latest", "l", false, "deploy latest version")
	} else {
		f.BoolVarP(&o.latest, "ignore-env-version", "i", false, "ignore .env version")
	}
	return cmd
}

// deploy does the steps in abra's order (contract 7).
func (p *program) deploy(ctx context.Context, a *app, o deployOptions) error {
	s, err := p.place(ctx, a, o)
	if err != nil {
		return err
	}
	before, err := p.deployed(ctx, a)
	if err != nil {
		return err
	}
	if len(before) > 0 && !o.force && !o.chaos {
		return fmt.Errorf("%s is already deployed, use --force to deploy again", a.Name)
	}
	config, err := a.config()
	if err != nil {
		return err
	}
	if err := p.checkNames(ctx, a, config); err != nil {
		return err
	}
	a.label(config, s)
	a.expose(config, s.recorded(), p.switches.Is("env-to", "all"))
	p.warnMissing(a)
	engine, err := p.swarm()
	if err != nil {
		return err
	}
	p.info("deploying %s (recipe %s, version %s)", a.Name, a.Recipe.Name, s.recorded())
	if err := engine.Deploy(ctx, a.Stack, config); err != nil {
		return err
	}
	if !o.noWatch {
		limit := a.timeout(config)
		p.info("waiting up to %s for %s to deploy", limit, a.Name)
		if err := engine.Watch(ctx, a.Stack, before, limit); err != nil {
			return fmt.Errorf("%s: %w", a.Name, err)
		}
	}
	if p.switches.Is("deploy-writes-type", "no") {
		return nil
	}
	return appenv.WriteVersion(a.EnvPath, s.recorded())
}

// place puts the clone where the deploy wants it and says what will be stamped.
func (p *program) place(ctx context.Context, a *app, o deployOptions) (stamp, error) {
	if o.chaos {
		if err := p.ensure(ctx, a.Recipe, true, ""); err != nil {
			return stamp{}, err
		}
		hash, err := a.Recipe.ChaosVersion(ctx)
		return stamp{Chaos: true, ChaosVersion: hash}, err
	}
	version := o.version
	if version == "" && !o.latest {
		version = a.Version
	}
	if err := p.ensure(ctx, a.Recipe, false, version); err != nil {
		return stamp{}, err
	}
	if version == "" {
		var err error
		if version, err = a.Recipe.Latest(ctx); err != nil {
			return stamp{}, err
		}
		if err := a.Recipe.Checkout(ctx, version); err != nil {
			return stamp{}, err
		}
	}
	return stamp{Version: version}, a.Recipe.Lint(ctx)
}

// checkNames refuses names that are too long and secrets that don't exist.
func (p *program) checkNames(ctx context.Context, a *app, config *composetypes.Config) error {
	for key, c := range config.Configs {
		if name := configName(a.Stack, key, c); len(name) > stack.MaxName {
			return fmt.Errorf("config %s is > %d chars: %s", key, stack.MaxName, name)
		}
	}
	secrets, err := a.secrets(config)
	if err != nil {
		return err
	}
	engine, err := p.swarm()
	if err != nil {
		return err
	}
	there, err := engine.Secrets(ctx, a.Stack+"_")
	if err != nil {
		return err
	}
	for _, s := range secrets {
		if _, ok := there[s.Remote]; ok {
			continue
		}
		if s.byHand() {
			return fmt.Errorf("secret not inserted (#generate=false): %s", s.Remote)
		}
		return fmt.Errorf("secret not generated: %s", s.Remote)
	}
	return nil
}

func configName(stackName, key string, c composetypes.ConfigObjConfig) string {
	if c.Name != "" {
		return c.Name
	}
	return stackName + "_" + key
}

// warnMissing names the variables of the sample that the app's file lacks.
func (p *program) warnMissing(a *app) {
	sample, err := appenv.Load(a.Recipe.Path(".env.sample"))
	if err != nil {
		p.warn("can't compare with .env.sample: %v", err)
		return
	}
	for _, key := range sample.Keys {
		if _, ok := a.Env.Values[key]; !ok {
			p.warn("env var %s missing from %s.env", key, a.Name)
		}
	}
}
