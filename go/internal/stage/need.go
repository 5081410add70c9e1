package stage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

// Need deploys a dependency of the app under test on nothing, waits until it serves and
// does its setup; d is of the dependency, known what templates of its setup know. It gives
// what the setup saved; what is sealed (plan.Sealed) is masked before anything can show
// it. Whatever goes wrong is an error of the dependency and says nothing about the recipe
// under test; a step that can't be done as it is written stays step.ErrPlan.
func Need(ctx context.Context, d Deps, rec *Record, n plan.Need, known map[string]step.Value, sealed []string) (map[string]step.Value, error) {
	var own Record
	saved, err := need(ctx, d, &own, n, known, sealed)
	for i := range own.Steps {
		if own.Steps[i].Outcome == result.Fail {
			own.Steps[i].Outcome = result.Error
		}
	}
	rec.Add(own.Steps, own.Evidence)
	if err != nil {
		return nil, Dependency(n, err)
	}
	return saved, nil
}

func need(ctx context.Context, d Deps, rec *Record, n plan.Need, known map[string]step.Value, sealed []string) (map[string]step.Value, error) {
	if err := d.start(ctx, rec, n.Name); err != nil {
		return nil, err
	}
	point.NeedReady.Reached()
	vars := step.NewVars(known, d.App.Secret)
	vars.Seal(sealed, func(name, text string) bool { return d.App.Mask.Add(n.Name+"."+name, text) == nil })
	if err := d.steps(ctx, rec, "needs."+n.Name+".setup", onIt(n), vars); err != nil {
		return nil, err
	}
	point.NeedSetUp.Reached()
	saved := vars.Values()
	for name := range known {
		delete(saved, name)
	}
	return saved, nil
}

// onIt lets the pages of a setup begin at the dependency: a path in a browser's step is
// one of ${base}, which is the app under test.
func onIt(n plan.Need) []plan.Step {
	steps := slices.Clone(n.Setup)
	for i := range steps {
		steps[i].Browser = slices.Clone(steps[i].Browser)
		for j, b := range steps[i].Browser {
			if strings.HasPrefix(b.Goto, "/") {
				steps[i].Browser[j].Goto = "${" + n.Name + ".base}" + b.Goto
			}
		}
		if len(steps[i].Browser) == 0 {
			steps[i].Browser = nil
		}
	}
	return steps
}

// Dependency makes an error that of a dependency, whoever else is to blame for it.
func Dependency(n plan.Need, err error) error {
	if err == nil {
		return nil
	}
	return dependency{fmt.Errorf("the dependency %s (recipe %s): %w", n.Name, n.Plan.Recipe, err)}
}

type dependency struct{ error }

var _ result.Blamed = dependency{}

func (dependency) Outcome() result.Outcome { return result.Error }
func (d dependency) Unwrap() error         { return d.error }
