package standin

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/standin/appenv"
)

// appUndeploy removes the stack (contract 3.7). It takes no --chaos.
func (p *program) appUndeploy() *cobra.Command {
	var prune bool
	cmd := &cobra.Command{
		Use: "undeploy <domain> [flags]", Short: "Undeploy a deployed app", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if prune {
				return errors.New("--prune would touch what isn't the app's; the stand-in doesn't do it")
			}
			if err := p.confirm("undeploy " + args[0]); err != nil {
				return err
			}
			a, err := p.app(args[0])
			if err != nil {
				return err
			}
			return p.undeploy(cmd.Context(), a)
		},
	}
	cmd.Flags().BoolVarP(&prune, "prune", "p", false, "prune unused containers, networks, and dangling images")
	return cmd
}

func (p *program) undeploy(ctx context.Context, a *app) error {
	services, err := p.running(ctx, a)
	if err != nil {
		return err
	}
	p.info("undeploying %s", a.Name)
	if err := p.engine.Remove(ctx, a.Stack, p.switches.Is("undeploy-waits", "tasks")); err != nil {
		return fmt.Errorf("undeploy %s: %w", a.Name, err)
	}
	p.info("undeployed %s", a.Name)
	version := a.read(services).recorded()
	if version == "" || p.switches.Is("undeploy-writes-type", "no") {
		return nil
	}
	return appenv.WriteVersion(a.EnvPath, version)
}

// appRemove removes secrets, volumes and the env file of an app that isn't deployed.
func (p *program) appRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove <domain> [flags]", Aliases: []string{"rm"}, Short: "Remove all app data, locally and remotely",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := p.confirm("remove " + args[0]); err != nil {
				return err
			}
			a, err := p.app(args[0])
			if err != nil {
				return err
			}
			return p.remove(cmd.Context(), a)
		},
	}
}

func (p *program) remove(ctx context.Context, a *app) error {
	if err := p.refuseDeployed(ctx, a); err != nil {
		return err
	}
	secrets, err := p.engine.Secrets(ctx, a.Stack+"_")
	if err != nil {
		return err
	}
	for name, s := range secrets {
		if err := p.engine.API.SecretRemove(ctx, s.ID); err != nil {
			return fmt.Errorf("secret %s: %w", name, err)
		}
		p.info("secret %s removed", name)
	}
	if _, err := p.removeVolumes(ctx, a, nil); err != nil {
		return err
	}
	p.info("file %s removed", a.EnvPath)
	return os.Remove(a.EnvPath)
}
