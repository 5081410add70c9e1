package stage

import (
	"context"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

// write puts the recipe's state into the app: what the plan declares, else the
// generic markers. What it saves in vars, verify and change know. d.Version must be
// the version that is deployed now.
func (d Deps) write(ctx context.Context, rec *Record, vars *step.Vars) error {
	if d.Plan.State.Generic {
		return d.writeMarkers(ctx, rec, vars)
	}
	return d.steps(ctx, rec, "state.write", d.Plan.State.Write, vars)
}

// verify looks that the state is there as write left it.
func (d Deps) verify(ctx context.Context, rec *Record, vars *step.Vars) error {
	if d.Plan.State.Generic {
		return d.verifyMarkers(ctx, rec, vars)
	}
	return d.steps(ctx, rec, "state.verify", d.Plan.State.Verify, vars)
}

// change makes the state differ from what write left, so that verify fails.
func (d Deps) change(ctx context.Context, rec *Record, vars *step.Vars) error {
	if d.Plan.State.Generic {
		return d.changeMarkers(ctx, rec, vars)
	}
	return d.steps(ctx, rec, "state.change", d.Plan.State.Change, vars)
}

// setUp does what an operator does once by hand in a new deployment (setup).
func (d Deps) setUp(ctx context.Context, rec *Record) error {
	if len(d.Plan.Setup) == 0 {
		return nil
	}
	return d.steps(ctx, rec, "setup", d.Plan.Setup, d.vars())
}

// steps runs one of the plan's lists and records it.
func (d Deps) steps(ctx context.Context, rec *Record, place string, list []plan.Step, vars *step.Vars) error {
	d.Tell(place)
	steps, evidence, err := step.Run(ctx, list, place, d.stepDeps(vars))
	rec.Add(steps, evidence)
	return err
}

// stepDeps is what the plan's lists work on.
func (d Deps) stepDeps(vars *step.Vars) step.Deps {
	return step.Deps{App: d.App, Vars: vars, Browser: onDemand(d.Browser), Mask: d.App.Mask.String, Limit: time.Duration(d.Plan.Limits.Step)}
}

// onDemand waits for the browser only where a list has a step for it.
type onDemand func(context.Context) (Browser, error)

var _ step.Browser = onDemand(nil)

// Flow walks in the browser once it is there.
func (get onDemand) Flow(ctx context.Context, name string, steps []plan.BrowserStep, vars *step.Vars) ([]result.Step, []result.Evidence, error) {
	browser, err := get(ctx)
	if err != nil {
		return nil, nil, err
	}
	return browser.Flow(ctx, name, steps, vars)
}
