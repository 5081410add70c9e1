package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/plan"
)

// planCmd reads plans without running them.
func planCmd() *cobra.Command {
	return parent(&cobra.Command{
		Use:   "plan",
		Short: "Check or show a plan without running it",
		Long: `A plan is the JSON file that Nix renders from one recipe file (nix build .#plan-<recipe>).
Exit status 2 where it can't be run.`,
	}, planCheckCmd(), planShowCmd())
}

func planCheckCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Say what is wrong with a plan; nothing where it is right",
		Args:  exactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			_, err := readPlan(args[0])
			return err
		},
	}
}

func planShowCmd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show FILE",
		Short: "List what a run of the plan does",
		Args:  exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := readPlan(args[0])
			if err != nil {
				return err
			}
			return showPlan(cmd.OutOrStdout(), p, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the plan as indented JSON")
	return cmd
}

func showPlan(w io.Writer, p *plan.Plan, asJSON bool) error {
	if !asJSON {
		return p.Show(w)
	}
	return writeJSON(w, p)
}

// readPlan decodes the plan in a file. Each of its errors is a usage error that names the file.
func readPlan(path string) (*plan.Plan, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, usageError{fmt.Errorf("read the plan: %w", err)}
	}
	p, err := plan.Decode(b)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", path, err)}
	}
	return p, nil
}
