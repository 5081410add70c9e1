package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/report"
)

func recipeRecordCmd() *cobra.Command {
	var recipes string
	cmd := &cobra.Command{
		Use:   "record RESULT...",
		Short: "Keep in a recipe's folder what a green run has shown of it",
		Long: `Reads each RESULT, the result.json of a run of the whole matrix that passed, and writes
recipes/<its recipe>/verified.json: live or stand-in, when, at which level, and with what. The
page docs/recipes.md is made from these files (lib/tests/update.sh).`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("record: expected at least one RESULT, found none")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, path := range args {
				to, err := record(path, recipes)
				if err != nil {
					return usageError{err}
				}
				fmt.Fprintln(cmd.OutOrStdout(), "wrote", to)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&recipes, "recipes", "recipes", "folder of the recipe files")
	return cmd
}

// record writes the record of one result into its recipe's folder, which must be there.
func record(path, recipes string) (string, error) {
	r, err := report.Load(path)
	if err != nil {
		return "", err
	}
	v, err := report.VerifiedBy(r)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	if !recipeName.MatchString(r.Recipe) {
		return "", fmt.Errorf("%s: recipe: expected lower-case letters, digits and dashes, found %q", path, r.Recipe)
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return "", err
	}
	to := filepath.Join(recipes, r.Recipe, "verified.json")
	return to, os.WriteFile(to, text.Bytes(), 0o644)
}
