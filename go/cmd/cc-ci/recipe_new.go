package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/draft"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/run"
)

var recipeName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

func recipeNewCmd() *cobra.Command {
	var from, recipes string
	cmd := &cobra.Command{
		Use:   "new NAME --from DIR",
		Short: "Write a first recipe file from a recipe's compose files",
		Long: `Reads the recipe in the git repository DIR and writes recipes/NAME/default.nix: services,
volumes, hosts, the health check's path and secrets as they were found, guesses marked as
guesses, and where the repository was cloned from. What is committed is read. A file that
is there is never touched.`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := args[0]
			if !recipeName.MatchString(name) || from == "" {
				return usagef("expected a NAME of lower-case letters, digits and dashes, and --from DIR (see `%s --help`)", cmd.CommandPath())
			}
			p, err := inspectionPlan(from, "")
			if err != nil {
				return err
			}
			facts, err := run.Facts(cmd.Context(), p, "")
			if err != nil {
				return usagef("--from %s: %w", from, err)
			}
			path := filepath.Join(recipes, name, "default.nix")
			if err := writeNew(path, draft.File(name, recipe.Origin(cmd.Context(), p.Source), facts)); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "wrote %s\nnext: look at the lines marked \"guess\", `git add %s`, and `nix run .#test-%s`\n", path, path, name)
			return err
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "the recipe's git repository on this machine")
	cmd.Flags().StringVar(&recipes, "recipes", "recipes", "folder of the recipe files")
	return cmd
}

// writeNew writes a file that must not be there yet.
func writeNew(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return usageError{err}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usagef("%s is there already: nothing was changed", path)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
