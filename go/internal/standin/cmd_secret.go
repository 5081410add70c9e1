package standin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/standin/stack"
)

// secretGroup holds contract 3.5.
func (p *program) secretGroup() *cobra.Command {
	return group("secret", "Manage app secrets", p.secretGenerate(), p.secretInsert(), p.secretList(), p.secretRemove())
}

// chaosFlag adds -C where the switch says that the command has it.
func (p *program) chaosFlag(cmd *cobra.Command, chaos *bool) {
	if p.switches.Is("secret-chaos", "all") || cmd.Name() == "insert" {
		cmd.Flags().BoolVarP(chaos, "chaos", "C", false, "ignore uncommitted recipes changes")
	}
}

// appSecrets opens an app and gives the secrets of its active compose files.
func (p *program) appSecrets(ctx context.Context, name string, chaos bool) (*app, []secret, error) {
	a, err := p.app(name)
	if err != nil {
		return nil, nil, err
	}
	if err := p.ensureForSecrets(ctx, a, chaos); err != nil {
		return nil, nil, err
	}
	config, err := a.config()
	if err != nil {
		return nil, nil, err
	}
	secrets, err := a.secrets(config)
	return a, secrets, err
}

func (p *program) secretInsert() *cobra.Command {
	var fromFile, trim, chaos bool
	cmd := &cobra.Command{
		Use: "insert <domain> <secret> <version> <data> [flags]", Aliases: []string{"i"}, Short: "Insert secret",
		Args: cobra.ExactArgs(4),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := p.app(args[0])
			if err != nil {
				return err
			}
			if err := p.ensureForSecrets(cmd.Context(), a, chaos); err != nil {
				return err
			}
			value := args[3]
			if fromFile {
				b, err := os.ReadFile(value)
				if err != nil {
					return fmt.Errorf("secret %s: %w", args[1], err)
				}
				value = string(b)
			}
			if trim {
				value = strings.TrimSpace(value)
			}
			return p.insert(cmd.Context(), a, args[1], args[2], value)
		},
	}
	cmd.Flags().BoolVarP(&fromFile, "file", "f", false, "treat input as a file")
	cmd.Flags().BoolVarP(&trim, "trim", "t", false, "trim input")
	p.chaosFlag(cmd, &chaos)
	return cmd
}

func (p *program) insert(ctx context.Context, a *app, name, version, value string) error {
	engine, err := p.swarm()
	if err != nil {
		return err
	}
	remote := a.Stack + "_" + name + "_" + version
	if err := engine.StoreSecret(ctx, remote, value); err != nil {
		return fmt.Errorf("insert %s: %w", remote, err)
	}
	p.info("%s successfully stored on server", remote)
	return nil
}

func (p *program) secretList() *cobra.Command {
	var machine, chaos bool
	cmd := &cobra.Command{
		Use: "list <domain> [flags]", Aliases: []string{"ls"}, Short: "List all secrets", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, secrets, err := p.appSecrets(cmd.Context(), args[0], chaos)
			if err != nil {
				return err
			}
			engine, err := p.swarm()
			if err != nil {
				return err
			}
			there, err := engine.Secrets(cmd.Context(), a.Stack+"_")
			if err != nil {
				return err
			}
			var rows [][]string
			for _, s := range secrets {
				_, ok := there[s.Remote]
				rows = append(rows, []string{s.Name, s.Version, s.Remote, strconv.FormatBool(ok)})
			}
			if len(rows) == 0 {
				p.warn("no secrets stored for %s", a.Name)
				return nil
			}
			return p.printSecrets(rows, machine)
		},
	}
	cmd.Flags().BoolVarP(&machine, "machine", "m", false, "print machine-readable output")
	p.chaosFlag(cmd, &chaos)
	return cmd
}

func (p *program) printSecrets(rows [][]string, machine bool) error {
	headings := []string{"name", "version", "generated name", "created on server"}
	if !machine {
		return p.table(headings, rows)
	}
	objects := []map[string]string{}
	for _, row := range rows {
		object := map[string]string{}
		for i, key := range headings {
			if p.switches.Is("secret-ls-keys", "snake") {
				key = strings.ReplaceAll(key, " ", "_")
			}
			object[key] = row[i]
		}
		objects = append(objects, object)
	}
	return json.NewEncoder(p.out).Encode(objects)
}

func (p *program) secretRemove() *cobra.Command {
	var all, chaos bool
	cmd := &cobra.Command{
		Use: "remove <domain> [[secret] | --all] [flags]", Aliases: []string{"rm"}, Short: "Remove a secret",
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) == 2) {
				return errors.New("expected either a secret or --all")
			}
			a, secrets, err := p.appSecrets(cmd.Context(), args[0], chaos)
			if err != nil {
				return err
			}
			if !all {
				secrets = only(secrets, args[1])
				if len(secrets) == 0 {
					return fmt.Errorf("%s doesn't exist on server?", args[1])
				}
			}
			return p.removeSecrets(cmd.Context(), a, secrets)
		},
	}
	cmd.Flags().BoolVarP(&all, "all", "a", false, "remove all secrets")
	p.chaosFlag(cmd, &chaos)
	return cmd
}

func only(secrets []secret, name string) []secret {
	for _, s := range secrets {
		if s.Name == name {
			return []secret{s}
		}
	}
	return nil
}

// removeSecrets removes those of the listed secrets that exist. One of a version that
// the compose files no longer name stays: abra looks at the files, not at the swarm.
func (p *program) removeSecrets(ctx context.Context, a *app, secrets []secret) error {
	engine, err := p.swarm()
	if err != nil {
		return err
	}
	there, err := engine.Secrets(ctx, a.Stack+"_")
	if err != nil {
		return err
	}
	removed := 0
	for _, s := range secrets {
		remote, ok := there[s.Remote]
		if !ok {
			continue
		}
		if err := engine.API.SecretRemove(ctx, remote.ID); err != nil {
			return fmt.Errorf("remove %s: %w", s.Remote, err)
		}
		p.info("deleted %s successfully from server", s.Remote)
		removed++
	}
	if removed > 0 {
		return nil
	}
	p.warn("no secrets to remove?")
	if p.switches.Is("secret-rm-none", "fail") {
		return errWarned
	}
	return nil
}

// store puts one generated value into the swarm and says whether it is new.
func (p *program) store(ctx context.Context, engine *stack.Engine, remote, value string) (bool, error) {
	err := engine.StoreSecret(ctx, remote, value)
	if stack.Exists(err) {
		p.warn("%s already exists", remote)
		return false, nil
	}
	return err == nil, err
}
