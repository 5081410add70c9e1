package stage

import (
	"context"
	"fmt"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

// Install deploys the commit under test on nothing and tries it: healthy, ready,
// smoke, flows, and still up (S1).
func Install(ctx context.Context, d Deps, rec *Record) error {
	if err := d.App.Create(ctx, d.Version, d.Override); err != nil {
		return err
	}
	if _, err := d.App.EnsureSecrets(ctx, d.Version); err != nil {
		return err
	}
	point.Secrets.Reached()
	if err := timed(rec, "deploy", "abra app deploy, all services as asked for", func() error { return d.App.Deploy(ctx, d.Version) }); err != nil {
		return err
	}
	if err := timed(rec, "ready", "GET "+d.Plan.Ready.Path, func() error { return d.App.Ready(ctx) }); err != nil {
		return err
	}
	point.Ready.Reached()
	if err := d.setUp(ctx, rec); err != nil {
		return err
	}
	if err := smoke(ctx, d, rec); err != nil {
		return err
	}
	point.Smoked.Reached()
	return use(ctx, d, rec, d.vars(), d.App.Steady)
}

// timed makes one step of work that is no step of the plan.
func timed(rec *Record, place, what string, work func() error) error {
	start := time.Now()
	err := work()
	s := result.Step{Place: place, What: what, Outcome: result.OutcomeOf(err), Took: time.Since(start)}
	if err != nil {
		s.Seen = err.Error()
	}
	rec.Add([]result.Step{s}, nil)
	return err
}

// smoke opens the app's front page once: an answer through the router, a page without console errors but those
// that the plan allows.
func smoke(ctx context.Context, d Deps, rec *Record) error {
	browser, err := d.Browser(ctx)
	if err != nil {
		return fmt.Errorf("smoke: %w", err)
	}
	d.Tell("smoke: one page in the browser")
	url, err := d.App.URL("/")
	if err != nil {
		return err
	}
	var quiet plan.NoConsoleErrors
	if d.Plan.Smoke != nil {
		quiet = *d.Plan.Smoke
	}
	steps, evidence, err := browser.Smoke(ctx, url, quiet)
	rec.Add(steps, evidence)
	return err
}

// flows walks all of the plan's flows. A failed one does not keep the others from
// being tried: each is a finding of its own. The first error is given.
func flows(ctx context.Context, d Deps, rec *Record, vars *step.Vars) error {
	var first error
	for _, f := range d.Plan.Flows {
		browser, err := d.Browser(ctx)
		if err != nil {
			return fmt.Errorf("flow %s: %w", f.Name, err)
		}
		d.Tell("flow " + f.Name)
		steps, evidence, err := browser.Flow(ctx, "flows."+f.Name, f.Steps, vars)
		rec.Add(steps, evidence)
		if err != nil && first == nil {
			first = fmt.Errorf("flow %s: %w", f.Name, err)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return first
}
