package result

import (
	"fmt"
	"slices"
	"strings"
)

// Top is the highest level.
const Top = 5

// genericTop is where a run with generic state stops: markers show that volumes
// and tables survive, not that the app still makes sense of them.
const genericTop = 3

// Rungs names what each level adds, level 1 first.
var Rungs = [Top]string{"install", "upgrade", "backup and restore", "flows", "local tests, no open finding"}

// Climb gives the level that a run of the whole matrix reached (docs/explanation/why.md):
// the number of rungs climbed from below without a gap. A declared not-applicable
// rung is climbed past and counted; anything else that did not pass stops the climb.
// A failed flow costs rung 4 alone, not the rung of the stage in which it failed.
//
// generic says that the recipe declared no state of its own. The level is nil
// where an infrastructure error kept a stage from its verdict: a broken machine
// must not lower a recipe. The caller gives none to a run of single stages.
func Climb(stages []Stage, findings []Finding, generic bool) *Level {
	l := &Level{Generic: generic}
	faulty := slices.ContainsFunc(stages, func(s Stage) bool { return s.Outcome == Error })
	for _, rung := range [Top]Outcome{
		bare(stages, "install"),
		bare(stages, "upgrade"),
		bare(stages, "backup"),
		flows(stages),
		last(stages, findings),
	} {
		switch {
		case rung == Error, rung == NotRun && faulty: // as after an error of prepare or a removal, which are no rungs
			return nil
		case rung == NotApplicable && l.Reached > 0:
			l.NotApplicable++
		case rung != Pass:
			return l
		}
		if generic && l.Reached == genericTop {
			return l
		}
		l.Reached++
	}
	return l
}

// String gives "4", "4 (2 n/a)" or "3 generic".
func (l Level) String() string {
	s := fmt.Sprint(l.Reached)
	if l.Generic {
		s += " generic"
	}
	if l.NotApplicable > 0 {
		s += fmt.Sprintf(" (%d n/a)", l.NotApplicable)
	}
	return s
}

// Flow tells whether a step is part of a flow.
func (s Step) Flow() bool { return strings.HasPrefix(s.Place, "flows.") }

// bare is the worst outcome of the stages of that name, failed flows left out:
// an upgrade from several versions may come as several stages. No such stage is a gap.
func bare(stages []Stage, name string) Outcome {
	worst := Outcome("")
	for _, s := range stages {
		if s.Name != name {
			continue
		}
		o := s.Outcome
		if o == Fail && onlyFlowsFailed(s.Steps) {
			o = Pass
		}
		if worst == "" || rank(o) > rank(worst) {
			worst = o
		}
	}
	if worst == "" {
		return NotRun
	}
	return worst
}

func onlyFlowsFailed(steps []Step) bool {
	failed := false
	for _, s := range steps {
		if s.Outcome != Fail {
			continue
		}
		if !s.Flow() {
			return false
		}
		failed = true
	}
	return failed
}

// flows judges rung 4. A stage that passed outweighs a failed step of it: that one was optional.
func flows(stages []Stage) Outcome {
	seen := false
	for _, s := range stages {
		for _, step := range s.Steps {
			if !step.Flow() {
				continue
			}
			seen = true
			if s.Outcome != Pass && step.Outcome != Pass {
				return step.Outcome
			}
		}
	}
	if !seen {
		return NotRun
	}
	return Pass
}

func last(stages []Stage, findings []Finding) Outcome {
	for _, f := range findings {
		if f.Open() {
			return Fail
		}
	}
	return bare(stages, "local")
}

func rank(o Outcome) int {
	switch o {
	case Pass:
		return 0
	case NotApplicable:
		return 1
	case NotRun:
		return 2
	case Fail:
		return 3
	}
	return 4
}
