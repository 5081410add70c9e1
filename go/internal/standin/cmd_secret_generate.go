package standin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// generated is one secret that was made just now.
type generated struct{ Name, Value string }

func (p *program) secretGenerate() *cobra.Command {
	var all, machine, chaos bool
	cmd := &cobra.Command{
		Use: "generate <domain> [[secret] [version] | --all] [flags]", Aliases: []string{"g"}, Short: "Generate secrets",
		Args: cobra.RangeArgs(1, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) == 3) || len(args) == 2 {
				return errors.New("expected either <secret> <version> or --all")
			}
			made, err := p.generateFor(cmd.Context(), args, all, chaos)
			if err != nil {
				return err
			}
			if len(made) == 0 {
				p.warn("no secrets generated")
				if p.switches.Is("generate-empty", "1") {
					return errWarned
				}
				return nil
			}
			return p.printGenerated(made, machine)
		},
	}
	cmd.Flags().BoolVarP(&all, "all", "a", false, "generate all secrets")
	cmd.Flags().BoolVarP(&machine, "machine", "m", false, "print machine-readable output")
	p.chaosFlag(cmd, &chaos)
	return cmd
}

func (p *program) generateFor(ctx context.Context, args []string, all, chaos bool) ([]generated, error) {
	a, secrets, err := p.appSecrets(ctx, args[0], chaos)
	if err != nil {
		return nil, err
	}
	if all {
		return p.generateList(ctx, a, secrets)
	}
	secrets = only(secrets, args[1])
	if len(secrets) == 0 {
		return nil, fmt.Errorf("%s doesn't exist in the env config?", args[1])
	}
	secrets[0].Version = args[2]
	secrets[0].Remote = a.Stack + "_" + args[1] + "_" + args[2]
	return p.generateList(ctx, a, secrets)
}

// generateAll makes all of an app's secrets that don't exist.
func (p *program) generateAll(ctx context.Context, a *app) ([]generated, error) {
	config, err := a.config()
	if err != nil {
		return nil, err
	}
	secrets, err := a.secrets(config)
	if err != nil {
		return nil, err
	}
	return p.generateList(ctx, a, secrets)
}

func (p *program) generateList(ctx context.Context, a *app, secrets []secret) ([]generated, error) {
	engine, err := p.swarm()
	if err != nil {
		return nil, err
	}
	var made []generated
	for _, s := range secrets {
		if s.byHand() {
			p.warn("skipping %s, generate=false", s.Name)
			continue
		}
		value, err := generate(s.Modifiers, p.switches.Is("generate-words", "words"))
		if err != nil {
			return nil, fmt.Errorf("secret %s of %s: %w", s.Name, a.Name, err)
		}
		isNew, err := p.store(ctx, engine, s.Remote, value)
		if err != nil {
			return nil, fmt.Errorf("secret %s: %w", s.Remote, err)
		}
		if isNew {
			made = append(made, generated{s.Name, value})
		}
	}
	return made, nil
}

// printGenerated prints names and values on standard output, as abra does: whoever runs
// it must keep them out of a log.
func (p *program) printGenerated(made []generated, machine bool) error {
	if machine && !p.switches.Is("generate-json", "table") {
		name, value := "name", "value"
		if p.switches.Is("generate-json", "other-keys") {
			name, value = "secret", "generated"
		}
		objects := []map[string]string{}
		for _, g := range made {
			objects = append(objects, map[string]string{name: g.Name, value: g.Value})
		}
		return json.NewEncoder(p.out).Encode(objects)
	}
	if len(made) == 0 {
		return nil
	}
	var rows [][]string
	for _, g := range made {
		rows = append(rows, []string{g.Name, g.Value})
	}
	p.warn("generated secrets are not shown again, please take note of them NOW")
	return p.table([]string{"NAME", "VALUE"}, rows)
}
