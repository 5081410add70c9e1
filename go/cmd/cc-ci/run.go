package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/keep"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/run"
	"coopcloud.tech/cc-ci/internal/stage"
)

// runFlags are what `cc-ci run` and so `nix run .#test-<recipe>` take.
type runFlags struct {
	plan, out   string
	source, ref string
	pr, repeat  int
	stages      []string
	json, quiet bool
	junit       string
	detached    bool
	standIn     bool
	lease       time.Duration
	keep        time.Duration
}

func runCmd() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run --plan FILE",
		Short: "Test one recipe on the swarm at hand",
		Long: `Deploys the recipe that the plan names, tries it, removes it, proves that nothing is
left, and writes result.json, junit.xml and report.html. Results go to standard output,
progress to standard error: one live line in a terminal, without colours where NO_COLOR is set.

Stages: ` + strings.Join(stage.Names, ", ") + `. Prepare, remove and report always run.

Exit status: 0 green, 1 the recipe failed, 2 usage or a bad plan, 3 infrastructure,
130 interrupted.`,
		Example: `  nix run .#test-hedgedoc -- --ref a1b2c3d
  cc-ci run --plan plan.json --stage install --out ./out`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.plan, "plan", "", "the recipe's plan, as Nix renders it")
	fl.StringVar(&f.source, "source", "", "git `URL` of the recipe, as of a fork or mirror (default: what its plan says)")
	fl.StringVar(&f.ref, "ref", "", "commit, tag or branch of the recipe (default: its main branch)")
	fl.BoolVar(&f.standIn, "stand-in", false, "test this site's stand-in in the recipe's place; wherever the result is shown, it says so")
	fl.IntVar(&f.pr, "pr", 0, "number of the pull request that is tested; part of the app's name")
	fl.StringSliceVar(&f.stages, "stage", nil, "run only these stages; such a run has no level")
	fl.StringVar(&f.out, "out", "", "folder for the report (default: the run's own folder)")
	fl.StringVar(&f.junit, "junit", "", "also write the JUnit XML to this file")
	fl.BoolVar(&f.json, "json", false, "print result.json to standard output, progress as JSON lines")
	fl.BoolVar(&f.quiet, "quiet", false, "print the verdict alone")
	fl.BoolVar(&f.detached, "detach", false, "start the run as a process of its own, print its name and end; see \"cc-ci follow\"")
	fl.DurationVar(&f.lease, "lease", defaultLease, "with --detach: the run ends when nobody has followed it for this long")
	fl.DurationVar(&f.keep, "keep", 0, "leave the app deployed for this long afterwards, for \"cc-ci shell\"; at most "+keep.Max.String())
	fl.IntVar(&f.repeat, "repeat", 1, "run this many times; stop at the first run that is not green")
	cobra.CheckErr(cmd.RegisterFlagCompletionFunc("stage", cobra.FixedCompletions(stage.Names, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

func (f runFlags) run(cmd *cobra.Command) error {
	if err := f.check(); err != nil {
		return err
	}
	raw, err := os.ReadFile(f.plan)
	if err != nil {
		return usagef("plan: %w", err)
	}
	p, err := plan.Decode(raw)
	if err != nil {
		return usagef("%s: %w", f.plan, err)
	}
	s, err := loadSite(cmd)
	if err != nil {
		return err
	}
	file, err := sitePath(cmd)
	if err != nil {
		return err
	}
	if f.standIn {
		if err := hasStandIn("run", p.Recipe, s.StandIns); err != nil {
			return err
		}
	}
	if f.detached {
		return f.detach(cmd, p, raw, s)
	}
	for i := range f.repeat {
		cfg := run.Config{
			Plan: p, PlanJSON: raw, Site: s, SiteFile: file,
			Source: f.source, StandIn: f.standIn, Ref: f.ref, PR: f.pr, Stages: f.stages,
			Out: f.outDir(i), JUnit: f.junit, Keep: f.keep,
		}
		res, err := run.Run(cmd.Context(), cfg, f.output(cmd))
		if errors.Is(err, run.ErrUsage) {
			return usageError{err}
		}
		if err != nil {
			return err
		}
		if cmd.Context().Err() != nil {
			return errInterrupted
		}
		if res.Outcome != result.Pass {
			return verdict{res.Outcome}
		}
	}
	return nil
}

// plainURL is what can stand in a command that people copy, and be no flag.
var plainURL = regexp.MustCompile(`^([A-Za-z0-9/][A-Za-z0-9:/@._~+-]*)?$`)

// check refuses what no run could mean.
func (f runFlags) check() error {
	switch {
	case f.plan == "":
		return usagef("run: --plan FILE is missing (`nix run .#test-<recipe>` gives it)")
	case f.pr < 0:
		return usagef("run: --pr: expected a number of 0 or more, found %d", f.pr)
	case f.detached && (f.out != "" || f.junit != "" || f.json || f.quiet || f.repeat != 1):
		return usagef("run: --detach takes no --out, --junit, --json, --quiet or --repeat: `cc-ci follow report` gives the verdict")
	case f.standIn && (f.detached || f.source != ""):
		return usagef("run: --stand-in goes neither with --source nor with --detach: it is another tree, of this machine")
	case f.lease <= 0:
		return usagef("run: --lease: expected more than 0s, found %s", f.lease)
	case f.repeat < 1:
		return usagef("run: --repeat: expected a number of 1 or more, found %d", f.repeat)
	case f.keep < 0 || f.keep > keep.Max:
		return usagef("run: --keep: expected a duration of at most %s, found %s", keep.Max, f.keep)
	case f.keep > 0 && (f.repeat > 1 || f.detached):
		return usagef("run: --keep: expected one run in the foreground, found --repeat %d, --detach %t", f.repeat, f.detached)
	case !plainURL.MatchString(f.source):
		return usagef("run: --source: expected a git URL without spaces and quotes, found %q", f.source)
	case strings.HasPrefix(f.ref, "-"):
		return usagef("run: --ref: expected a commit, tag or branch, found %q", f.ref)
	}
	for _, s := range f.stages {
		if !slices.Contains(stage.Names, s) {
			return usagef("run: --stage: expected one of %s, found %q", strings.Join(stage.Names, ", "), s)
		}
	}
	return f.places()
}

// hasStandIn refuses to look for a stand-in that the site doesn't have.
func hasStandIn(command, recipe string, known map[string]string) error {
	if known[recipe] != "" {
		return nil
	}
	return usagef("%s: --stand-in: expected one of the recipes that this site has a stand-in for (%s), found %s",
		command, cmp.Or(strings.Join(slices.Sorted(maps.Keys(known)), ", "), "none"), recipe)
}

// places finds out now, and not after a whole run, that the report can't be written.
func (f runFlags) places() error {
	if f.out != "" {
		if err := os.MkdirAll(f.out, 0o755); err != nil {
			return usagef("run: --out: %w", err)
		}
		if err := writable(f.out); err != nil {
			return usagef("run: --out: expected a folder that can be written: %w", err)
		}
	}
	if f.junit != "" {
		if err := writable(filepath.Dir(f.junit)); err != nil {
			return usagef("run: --junit: expected a file in a folder that is there and can be written: %w", err)
		}
		if at, err := os.Lstat(f.junit); err == nil && !at.Mode().IsRegular() {
			return usagef("run: --junit: expected a file, or none yet, at %s, found something else", f.junit)
		}
	}
	return nil
}

func writable(dir string) error {
	probe, err := os.CreateTemp(dir, ".cc-ci-*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// outDir gives each of several runs a folder of its own.
func (f runFlags) outDir(i int) string {
	if f.out == "" || f.repeat == 1 {
		return f.out
	}
	return filepath.Join(f.out, fmt.Sprintf("%d", i+1))
}

func (f runFlags) output(cmd *cobra.Command) run.Output {
	o := run.Output{Stdout: cmd.OutOrStdout(), Stderr: cmd.ErrOrStderr(), Style: run.Text}
	switch {
	case f.json:
		o.Style = run.JSON
	case f.quiet:
		o.Style = run.Quiet
	}
	return o
}
