package main

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
	"time"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/stage"
	"coopcloud.tech/cc-ci/internal/strength"
)

type strengthFlags struct {
	plan, flake, ref string
	only             []string
	jobs             int
	standIn          bool
	json, list       bool
}

// strengthCmd breaks a recipe in every way of the table and counts what its test notices.
func strengthCmd() *cobra.Command {
	var f strengthFlags
	cmd := &cobra.Command{
		Use:   "strength (RECIPE | --plan FILE)",
		Short: "Break a green recipe in many ways, and count what its test notices",
		Long: `Runs the recipe as it stands, which must be green; then breaks a copy of it in each way
of the table and checks whether the run turns red at the named stage with the named
reason. Rows go to standard error as they come, the score to standard output.

RECIPE is rendered by Nix from the flake (its plan-<recipe>); --plan takes a file instead.

Exit status: 0 all that applies was caught, 1 something survived or the recipe is not green,
2 usage, 3 a run said nothing (infrastructure), 130 interrupted.`,
		Example: `  cc-ci strength hedgedoc
  cc-ci strength --plan plan.json --only data-lost,restore-no-op
  cc-ci strength hedgedoc --stand-in`,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.plan, "plan", "", "the recipe's plan, as Nix renders it")
	fl.StringVar(&f.flake, "flake", ".", "the flake that has the recipe")
	fl.StringVar(&f.ref, "ref", "", "commit, tag or branch of the recipe (default: its main branch)")
	fl.BoolVar(&f.standIn, "stand-in", false, "break this site's stand-in in the recipe's place; the score says so")
	fl.StringSliceVar(&f.only, "only", nil, "try only these rows")
	fl.IntVar(&f.jobs, "jobs", 0, "runs at a time (default: the site's maxTests)")
	fl.BoolVar(&f.json, "json", false, "print the score as JSON")
	fl.BoolVar(&f.list, "list", false, "print the table and run nothing")
	return cmd
}

func (f strengthFlags) run(cmd *cobra.Command, args []string) error {
	table, err := f.table()
	if err != nil {
		return err
	}
	if f.list {
		for _, m := range table {
			fmt.Fprintf(cmd.OutOrStdout(), "  %-22s %-9s %s\n", m.ID, m.Want.Stage, m.Breaks)
		}
		return nil
	}
	p, err := f.subject(cmd.Context(), args)
	if err != nil {
		return err
	}
	s, err := loadSite(cmd)
	if err != nil {
		return err
	}
	if f.standIn {
		if err := hasStandIn("strength", p.Recipe, s.StandIns); err != nil {
			return err
		}
	}
	if f.jobs == 0 {
		f.jobs = max(1, s.MaxTests)
	}
	dir, err := os.MkdirTemp("", "cc-ci-strength-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return f.measure(cmd, strength.Subject{Plan: p, Site: s, StandIn: f.standIn, Ref: f.ref, Dir: dir, Run: runSelf}, table)
}

func (f strengthFlags) measure(cmd *cobra.Command, s strength.Subject, table []strength.Mutation) error {
	fmt.Fprintf(cmd.ErrOrStderr(), "%s as it stands ...\n", s.Plan.Recipe)
	base, err := s.Green(cmd.Context(), stagesOf(table))
	if errors.Is(err, strength.ErrNotGreen) {
		fmt.Fprintf(cmd.ErrOrStderr(), "cc-ci: %v\n", err)
		return verdict{result.Fail}
	}
	if err != nil {
		return err
	}
	r := base.Walk(cmd.Context(), table, f.jobs, func(row strength.Row) {
		fmt.Fprintf(cmd.ErrOrStderr(), "%-22s %-15s %s\n", row.ID, row.Verdict, row.Took.Round(time.Second))
	})
	write := r.Text
	if f.json {
		write = r.JSON
	}
	if err := write(cmd.OutOrStdout()); err != nil {
		return err
	}
	switch {
	case cmd.Context().Err() != nil:
		return errInterrupted
	case r.Has(strength.Broken):
		return verdict{result.Error}
	case !r.Whole():
		return verdict{result.Fail}
	}
	return nil
}

// table gives the rows that were asked for.
func (f strengthFlags) table() ([]strength.Mutation, error) {
	table := strength.Table()
	for _, id := range f.only {
		if !slices.ContainsFunc(table, func(m strength.Mutation) bool { return m.ID == id }) {
			return nil, usagef("strength: --only: there is no row %q (see `cc-ci strength --list`)", id)
		}
	}
	return slices.DeleteFunc(table, func(m strength.Mutation) bool { return len(f.only) > 0 && !slices.Contains(f.only, m.ID) }), nil
}

// stagesOf gives what the green run must show: all stages, or those that the rows need.
func stagesOf(table []strength.Mutation) []string {
	var names []string
	for _, name := range stage.Names {
		if slices.ContainsFunc(table, func(m strength.Mutation) bool { return slices.Contains(m.Stages, name) }) {
			names = append(names, name)
		}
	}
	if len(names) == len(stage.Names) {
		return nil
	}
	return names
}

// subject reads the plan that is meant.
func (f strengthFlags) subject(ctx context.Context, args []string) (*plan.Plan, error) {
	if (f.plan == "") == (len(args) == 0) || len(args) > 1 {
		return nil, usagef("strength: expected a recipe's name, or --plan FILE")
	}
	path := f.plan
	if path == "" {
		build := exec.CommandContext(ctx, "nix", "build", f.flake+"#plan-"+args[0], "--no-link", "--print-out-paths")
		var errs bytes.Buffer
		build.Stderr = &errs
		out, err := build.Output()
		if err != nil {
			return nil, usagef("strength: %v: %w\n%s", build.Args, err, strings.TrimSpace(errs.String()))
		}
		path = strings.TrimSpace(string(out))
	}
	return readPlan(path)
}

// stopsWithin is how long an interrupted run has to remove its app.
const stopsWithin = 6 * time.Minute

// runSelf runs `cc-ci run` as a process of its own: runs share nothing but the machine.
func runSelf(ctx context.Context, c strength.Call) (r result.Result, err error) {
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	args := []string{"run", "--json", "--plan", c.Plan, "--site", c.Site}
	for _, s := range c.Stages {
		args = append(args, "--stage", s)
	}
	run := exec.CommandContext(ctx, self, args...)
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	run.WaitDelay = stopsWithin
	var out, errs bytes.Buffer
	run.Stdout, run.Stderr = &out, &errs
	ended := run.Run()
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		return r, fmt.Errorf("%s: no result: %w: %s", filepath.Base(filepath.Dir(c.Plan)), errors.Join(ended, err), result.LastLine(errs.String()))
	}
	return r, nil
}
