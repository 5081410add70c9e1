package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/run"
)

// recipeCmd looks at recipes without deploying them.
func recipeCmd() *cobra.Command {
	return parent(&cobra.Command{
		Use:   "recipe",
		Short: "Look at a recipe's repository without deploying it",
	}, recipeCheckCmd(), recipeNewCmd(), recipeRecordCmd())
}

func recipeCheckCmd() *cobra.Command {
	var ref, planFile string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check DIR",
		Short: "Find what is wrong with a recipe, in a second and without a swarm",
		Long: `Reads the recipe in the git repository DIR as every run does before it deploys: by the
policy's rules (docs/reference/policy.md) and the lint rules (docs/reference/lint.md),
compared with the published version before. What is committed is read, HEAD or --ref.
Shows what changes for operators, with a draft of the release note.

With --plan, the plan's environment counts, and its exceptions are applied.

Exit status: 0 nothing is open, 1 something is, 2 usage.`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := inspectionPlan(args[0], planFile)
			if err != nil {
				return err
			}
			res, err := run.Inspect(cmd.Context(), p, ref)
			if err != nil {
				return usagef("check %s: %w (expected the git repository of a recipe)", args[0], err)
			}
			if asJSON {
				err = writeJSON(cmd.OutOrStdout(), res)
			} else {
				err = showInspection(cmd.OutOrStdout(), res)
			}
			if err == nil && (open(res) > 0 || res.Outcome == result.Fail) {
				err = verdict{result.Fail}
			}
			return err
		},
	}
	cmd.Flags().StringVar(&ref, "ref", "", "commit, tag or branch to read (default: HEAD)")
	cmd.Flags().StringVar(&planFile, "plan", "", "plan whose environment and exceptions count")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: the fields of result.json that are known before a deploy")
	return cmd
}

// inspectionPlan is the plan of file, or one that declares nothing, for the recipe in dir.
func inspectionPlan(dir, file string) (*plan.Plan, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	p := &plan.Plan{Recipe: filepath.Base(dir), Upgrade: plan.Upgrade{From: []string{"previous"}}}
	if file != "" {
		if p, err = readPlan(file); err != nil {
			return nil, err
		}
	}
	p.Source = dir
	return p, nil
}

// open counts what asks for something.
func open(res result.Result) int {
	n := 0
	for _, f := range res.Findings {
		if f.Open() {
			n++
		}
	}
	return n
}

func showInspection(w io.Writer, res result.Result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s at %.7s\n", res.Recipe, res.Identity.Version, res.Identity.Commit)
	for _, f := range res.Findings {
		fmt.Fprintf(&b, "\n%-6s  %s: %s\n        %s\n", f.Severity, f.ID, f.Place, f.Text)
		if f.Accepted != "" {
			fmt.Fprintf(&b, "        accepted: %s\n", f.Accepted)
		}
	}
	for _, u := range res.Updates {
		fmt.Fprintf(&b, "\nchanges since %s:\n", u.From)
		for _, c := range u.Changes {
			fmt.Fprintf(&b, "  %s\n", c)
		}
		if len(u.Changes) == 0 {
			b.WriteString("  none that operators see\n")
		}
		if u.Note == "" && u.Draft != "" {
			fmt.Fprintf(&b, "\nno release note; a draft for release/next:\n\n%s\n", u.Draft)
		}
	}
	if res.Outcome == result.Fail && len(res.Findings) == 0 {
		fmt.Fprintf(&b, "\nno recipe to check: %s\n", res.Reason)
	} else {
		fmt.Fprintf(&b, "\nfindings: %d, of them open: %d\n", len(res.Findings), open(res))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
