package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/strength"
)

// strengths asks `cc-ci strength` how many of the ways to break it each live recipe's test notices. Hours:
// so a report that lies in r.Reports as RECIPE.json is taken as it is, and each new one is put there.
func strengths(ctx context.Context, r *Runner) (*Table, error) {
	recipes, err := liveRecipes(r.Root)
	if err != nil {
		return nil, err
	}
	t := &Table{
		Title: "Strength", Head: []string{"recipe", "rows that apply", "caught", "score", "survived", "caught elsewhere", "said nothing"},
		Note: "How many of the ways to break a recipe (`cc-ci strength --list`) turn its run red at the stage and with the reason that they should: " +
			"every recipe of recipes/ that was verified live, and those of checks/tests.",
	}
	for _, recipe := range recipes {
		report, err := r.strengthOf(ctx, recipe)
		if err != nil {
			return nil, fmt.Errorf("strength of %s: %w", recipe, err)
		}
		t.row(strengthRow(report)...)
	}
	return t, nil
}

func strengthRow(r strength.Report) []string {
	names := func(v strength.Verdict) string {
		var ids []string
		for _, row := range r.Rows {
			if row.Verdict == v {
				ids = append(ids, row.ID)
			}
		}
		if ids == nil {
			return "none"
		}
		return strings.Join(ids, ", ")
	}
	score := "-"
	if r.Applicable > 0 {
		score = percent(float64(r.Caught) / float64(r.Applicable))
	}
	return []string{r.Recipe, fmt.Sprint(r.Applicable), fmt.Sprint(r.Caught), score, names(strength.Survived), names(strength.Elsewhere), names(strength.Broken)}
}

// liveRecipes are those whose test was seen to work with the real application, and the bundled ones.
func liveRecipes(root string) ([]string, error) {
	var names []string
	verified, err := filepath.Glob(filepath.Join(root, "recipes", "*", "verified.json"))
	if err != nil {
		return nil, err
	}
	for _, path := range verified {
		var v struct{ Verified string }
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(b, &v); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if v.Verified == "live" {
			names = append(names, filepath.Base(filepath.Dir(path)))
		}
	}
	bundled, err := filepath.Glob(filepath.Join(root, "checks", "tests", "*", "default.nix"))
	for _, path := range bundled {
		names = append(names, filepath.Base(filepath.Dir(path)))
	}
	slices.Sort(names)
	return names, err
}

func (r *Runner) strengthOf(ctx context.Context, recipe string) (report strength.Report, err error) {
	var kept string
	if r.Reports != "" {
		kept = filepath.Join(r.Reports, recipe+".json")
		b, err := os.ReadFile(kept)
		if err == nil {
			return report, json.Unmarshal(b, &report)
		}
		if !errors.Is(err, os.ErrNotExist) {
			return report, err
		}
	}
	plan, err := r.plan(ctx, recipe)
	if err != nil {
		return report, err
	}
	r.Log("strength: " + recipe)
	cmd := r.command(ctx, ".", "cc-ci", "strength", "--json", "--plan", plan)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	// 1 is a verdict on the recipe's test, with a report, unless the recipe itself is not green.
	if err := cmd.Run(); err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1 && out.Len() > 0) {
		return report, fmt.Errorf("%w\n%s", err, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil || kept == "" {
		return report, err
	}
	return report, os.WriteFile(kept, out.Bytes(), 0o644)
}
