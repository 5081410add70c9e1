// Package strength measures how much a recipe's test notices. It holds one table of
// ways to break a recipe, applies each to a copy of a green one, and looks whether the
// run turns red at the named stage with the named reason.
//
// Contract: a Mutation changes a copy alone: the recipe's repository, the plan, or the
// program that deploys. A run of a copy is a run like any other (`cc-ci run`), started by
// the Runner that the caller gives. A row is caught only where the right stage says the
// right thing: a run that is red for another reason proves nothing and counts as not caught.
// What can't be tried on a recipe is not applicable, with why; it is no part of the score.
//
// Limits: a mutation breaks one thing at a time; what survives here may be caught by chance
// elsewhere, and a score of 100 % says only that these ways of breaking are noticed.
package strength

import (
	"context"
	"errors"
	"fmt"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/site"
)

// Mutation is one way to break a recipe.
type Mutation struct {
	ID     string            // "never-healthy"
	Breaks string            // one line for people
	Stages []string          // that must run for it to show
	Want   Want              // how it must show
	Apply  func(*Copy) error // changes the copy; ErrNotApplicable where it can't
}

// Want says how a mutation must show.
type Want struct {
	Stage   string           // the stage that must say so
	Outcome []result.Outcome // any of these; none: fail
	Finding string           // id of a finding that must be open; with it the stage may pass
	Says    []string         // regular expressions: each must match what the run says
}

// ErrNotApplicable is given by Apply, with the reason.
var ErrNotApplicable = errors.New("not applicable")

func notApplicable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNotApplicable, fmt.Sprintf(format, args...))
}

// Copy is what a mutation may change.
type Copy struct {
	Plan  *plan.Plan
	Facts *recipe.Facts // of the commit under test, unbroken
	Want  Want          // the row's; a mutation whose effect depends on the recipe corrects it
	Image string        // one that the machine has

	tree   *tree    // the compose files
	dir    string   // the checkout
	limits Limits   // of the green run
	shims  []string // arms of a shell's case, on abra's words
}

// Limits are what a run of a broken copy waits for at most where the wait is in vain.
type Limits struct {
	Deploy, Ready, Step plan.Duration
}

// Call is one run that is asked for.
type Call struct {
	Plan, Site string   // files
	Stages     []string // empty: all
}

// Runner runs `cc-ci run` and gives its result. An error means that there is none.
type Runner func(context.Context, Call) (result.Result, error)

// Subject is a recipe to be measured.
type Subject struct {
	Plan    *plan.Plan
	Site    site.Site
	StandIn bool   // take the site's stand-ins, whose applications this machine has
	Ref     string // commit, tag or branch; empty: the recipe's main branch
	Dir     string // an empty folder for the copies
	Run     Runner
}
