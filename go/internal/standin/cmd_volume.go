package standin

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
)

// volumeGroup holds contract 3.8.
func (p *program) volumeGroup() *cobra.Command {
	return group("volume", "Manage app volumes", p.volumeList(), p.volumeRemove())
}

func (p *program) volumeList() *cobra.Command {
	return &cobra.Command{
		Use: "list <domain> [flags]", Aliases: []string{"ls"}, Short: "List volumes associated with an app",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := p.app(args[0])
			if err != nil {
				return err
			}
			engine, err := p.swarm()
			if err != nil {
				return err
			}
			names, err := engine.Volumes(cmd.Context(), a.Stack)
			if err != nil {
				return err
			}
			var rows [][]string
			for _, name := range names {
				rows = append(rows, []string{name})
			}
			if len(rows) == 0 {
				p.warn("no volumes created for %s", a.Name)
				return nil
			}
			return p.table([]string{"NAME"}, rows)
		},
	}
}

func (p *program) volumeRemove() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use: "remove <domain> [volume] [flags]", Aliases: []string{"rm"}, Short: "Remove volume(s) associated with an app",
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !force {
				if err := p.confirm("remove volumes of " + args[0]); err != nil {
					return err
				}
			}
			a, err := p.app(args[0])
			if err != nil {
				return err
			}
			if err := p.refuseDeployed(cmd.Context(), a); err != nil {
				return err
			}
			removed, err := p.removeVolumes(cmd.Context(), a, args[1:])
			if err != nil {
				return err
			}
			if removed == 0 {
				p.warn("no volumes removed")
				if p.switches.Is("volume-rm-none", "fail") {
					return errWarned
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&force, "force", "f", false, "perform action without further prompt")
	return cmd
}

// removeVolumes removes the app's volumes, or the named ones of them, and says how many.
func (p *program) removeVolumes(ctx context.Context, a *app, only []string) (int, error) {
	names, err := p.engine.Volumes(ctx, a.Stack)
	if err != nil {
		return 0, err
	}
	for i, name := range only {
		only[i] = a.Stack + "_" + a.short(name)
		if !slices.Contains(names, only[i]) {
			return 0, fmt.Errorf("no such volume: %s", name)
		}
	}
	if len(only) > 0 {
		names = only
	}
	tries := 1
	if p.switches.Is("volume-rm-retries", "yes") {
		tries = 5
	}
	for _, name := range names {
		if err := p.engine.RemoveVolume(ctx, name, tries); err != nil {
			return 0, err
		}
		p.info("%s removed", name)
	}
	return len(names), nil
}
