package strength

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// Try applies one mutation to a copy, runs it and judges the run. Its row is
// broken where the run says nothing about the copy.
func (b *Base) Try(ctx context.Context, m Mutation) Row {
	start := time.Now()
	row := Row{ID: m.ID, Breaks: m.Breaks, Stage: m.Want.Stage}
	verdict, why := b.try(ctx, m)
	row.Verdict, row.Why, row.Took = verdict, why, time.Since(start).Round(time.Millisecond)
	return row
}

func (b *Base) try(ctx context.Context, m Mutation) (Verdict, string) {
	if why := b.gap(m); why != "" {
		return NotApplicable, why
	}
	c, err := b.clone(ctx, m)
	if err == nil {
		err = m.Apply(c)
	}
	if errors.Is(err, ErrNotApplicable) {
		return NotApplicable, err.Error()[len(ErrNotApplicable.Error())+2:]
	}
	if err == nil {
		err = errors.Join(c.tree.write(), commit(ctx, c.dir, "break: "+m.ID))
	}
	if err != nil {
		return Broken, err.Error()
	}
	planFile, siteFile, err := b.lay(filepath.Join(b.Dir, m.ID), c)
	if err != nil {
		return Broken, err.Error()
	}
	res, err := b.Run(ctx, Call{Plan: planFile, Site: siteFile, Stages: m.Stages})
	if err = errors.Join(err, c.release(ctx, b.Site.Docker, filepath.Join(b.Dir, m.ID))); err != nil {
		return Broken, err.Error()
	}
	return judge(c.Want, res)
}

// gap says why a stage that the mutation needs can't show anything.
func (b *Base) gap(m Mutation) string {
	declared := map[string]string{"backup": b.Plan.Backup.NotApplicable, "upgrade": b.Plan.Upgrade.NotApplicable, "local": b.Plan.Local.NotApplicable}
	for _, name := range m.Stages {
		if why := declared[name]; why != "" {
			return "the plan declares that " + name + " doesn't apply: " + why
		}
		i := slices.IndexFunc(b.Stages, func(s result.Stage) bool { return s.Name == name })
		if i >= 0 && b.Stages[i].Outcome == result.NotRun {
			return name + " can't be tried on the unbroken recipe: " + b.Stages[i].Reason
		}
	}
	return ""
}

// lay writes the plan and the site of a run in dir: the site of the machine, with the copy
// for the recipe's source, and the shims before abra.
func (b *Base) lay(dir string, c *Copy) (planFile, siteFile string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", "", err
	}
	s := b.Site
	s.Sources = b.sources()
	s.Sources[b.Plan.Recipe] = "file://" + c.dir
	if len(c.shims) > 0 {
		if s.Abra, err = c.shim(dir, s.Abra); err != nil {
			return "", "", err
		}
	}
	planFile, siteFile = filepath.Join(dir, "plan.json"), filepath.Join(dir, "site.json")
	for path, v := range map[string]any{planFile: c.Plan, siteFile: s} {
		text, err := json.Marshal(v)
		if err == nil {
			err = os.WriteFile(path, text, 0o600)
		}
		if err != nil {
			return "", "", fmt.Errorf("%s: %w", path, err)
		}
	}
	return planFile, siteFile, nil
}
