package standin

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/standin/clone"
)

// recipeGroup holds the one recipe command that the driver uses (contract 3.2).
func (p *program) recipeGroup() *cobra.Command {
	fetch := &cobra.Command{
		Use: "fetch [recipe] [flags]", Short: "Clone recipe(s) locally", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("missing [recipe] or --all/-a")
			}
			if err := os.MkdirAll(p.recipes(), 0o764); err != nil {
				return err
			}
			return clone.At(p.recipes(), args[0]).Fetch(cmd.Context())
		},
	}
	return group("recipe", "Manage recipes", fetch)
}
