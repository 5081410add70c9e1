package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/report"
)

func recipeRecordCmd() *cobra.Command {
	var recipes, proof string
	cmd := &cobra.Command{
		Use:   "record RESULT...",
		Short: "Keep in a recipe's folder what a green run has shown of it",
		Long: `Reads each RESULT, the result.json of a run of the whole matrix that passed, and writes
recipes/<its recipe>/verified.json: live or stand-in, when, at which level, and with what. The
page docs/recipes.md is made from these files (lib/tests/update.sh).

With --proof, writes one list to FILE instead, of runs that comments started, red ones too; docs/proof.md
is made from it.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("record: expected at least one RESULT, found none")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if proof != "" {
				if err := recordProof(args, proof); err != nil {
					return usageError{err}
				}
				fmt.Fprintln(cmd.OutOrStdout(), "wrote", proof)
				return nil
			}
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
	cmd.Flags().StringVar(&proof, "proof", "", "write the runs that comments started to this file, instead of each recipe's record")
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
	to := filepath.Join(recipes, r.Recipe, "verified.json")
	return to, writeRecord(to, v)
}

// recordProof writes the records of all results, oldest first, or nothing where one can't be read.
func recordProof(paths []string, to string) error {
	var proofs []report.Proof
	for _, path := range paths {
		r, err := report.Load(path)
		if err != nil {
			return err
		}
		p, err := report.ProofBy(r)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		proofs = append(proofs, p)
	}
	slices.SortFunc(proofs, func(a, b report.Proof) int { return cmp.Compare(a.Run, b.Run) })
	return writeRecord(to, proofs)
}

func writeRecord(to string, v any) error {
	var text bytes.Buffer
	if err := writeJSON(&text, v); err != nil {
		return err
	}
	return os.WriteFile(to, text.Bytes(), 0o644)
}
