// Package stage holds what is done to a recipe, one small function a stage. A stage
// knows an app, a browser and the plan; it knows nothing of locks, folders or
// printers, which are package run's.
//
// Contract: a stage writes its steps and evidence into the Record as it goes, so
// that a stage that fails half way still shows what it did, and returns the first
// error. Whose fault that is, result.OutcomeOf says.
package stage

import (
	"context"

	"coopcloud.tech/cc-ci/internal/app"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

// Names are the stages that can be asked for, in the order of a run.
var Names = []string{"install", "backup", "local", "upgrade"}

// Browser is what the stages need of package browser. Get starts it where it isn't
// started yet, so that a run without pages needs none.
type Browser interface {
	Smoke(ctx context.Context, url string, quiet plan.NoConsoleErrors) ([]result.Step, []result.Evidence, error)
	step.Browser
}

// Deps are what a stage works with.
type Deps struct {
	Run      string // the run's id
	Plan     *plan.Plan
	App      *app.App
	Version  app.Version
	Override []byte
	Edges    []Edge                                 // the upgrades to try, in the plan's order
	Browser  func(context.Context) (Browser, error) // waits for the browser that starts beside the app
	Dir      string                                 // the run's folder; what of it is private, package janitor says
	Tell     func(text string)
	Log      func(line string) // into the stage's log

	before map[string]bool // in an upgrade: which services of the published version had ended (swarm.Engine.Ended)
}

// Record is what a stage did.
type Record struct {
	Steps    []result.Step
	Evidence []result.Evidence
	Findings []result.Finding
}

// Add appends steps and evidence.
func (r *Record) Add(steps []result.Step, evidence []result.Evidence) {
	r.Steps = append(r.Steps, steps...)
	r.Evidence = append(r.Evidence, evidence...)
}

// vars are the values that the plan's templates know before any step has saved one.
func (d Deps) vars() *step.Vars { return step.NewVars(d.App.Known(), d.App.Secret) }

// notApplicable ends a stage for which the recipe declares that it doesn't apply.
func notApplicable(reason string) error { return ended{result.NotApplicable, reason} }

// notRun ends a stage that can't be tried although nobody declared so: a gap that
// stops the climb.
func notRun(reason string) error { return ended{result.NotRun, reason} }

type ended struct {
	outcome result.Outcome
	reason  string
}

var _ result.Blamed = ended{}

func (e ended) Error() string           { return e.reason }
func (e ended) Outcome() result.Outcome { return e.outcome }
