package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/result"
)

// sentence says in one sentence what happened, and where it is not a pass, why:
// the first thing that every reader of a result needs (U4).
func sentence(r result.Result) string {
	what := strings.TrimSpace(name(r.Recipe) + " " + Short(r.Identity.Commit))
	if said := r.Identity.StandIn; said != "" {
		what = "The STAND-IN of " + what + " (" + brief(said, 300) + ")"
	}
	why := because(r)
	switch r.Outcome {
	case result.Pass:
		return fmt.Sprintf("%s passed %s in %s.", what, passed(r), Span(r.Ended.Sub(r.Started)))
	case result.Fail:
		if refused(r) {
			return fmt.Sprintf("%s was refused by the policy before any container started: %s", what, strings.TrimPrefix(why, "policy: "))
		}
		if at := where(r); !strings.HasPrefix(why, at) {
			return fmt.Sprintf("%s failed at %s: %s", what, at, why)
		}
		return fmt.Sprintf("%s failed: %s", what, why)
	case result.Error:
		return fmt.Sprintf("%s was not judged, the CI machine failed at %s: %s", what, where(r), why)
	}
	return fmt.Sprintf("%s was not tested: %s", what, why)
}

func passed(r result.Result) string {
	n := 0
	for _, s := range r.Stages {
		if s.Outcome == result.Pass {
			n++
		}
	}
	if n == 1 {
		return "its one stage"
	}
	return fmt.Sprintf("all %d stages", n)
}

func refused(r result.Result) bool {
	return slices.ContainsFunc(r.Findings, func(f result.Finding) bool { return f.Severity == "refuse" && f.Open() })
}

// because is the reason with exactly one full stop at its end.
func because(r result.Result) string {
	why := r.Reason
	if s, step := trouble(r); why == "" && s != nil {
		why = s.Reason
		if why == "" && step != nil {
			why = stepText(*step)
		}
	}
	why = cmp.Or(why, "no reason was recorded")
	return strings.TrimRight(brief(Clip(why, 2000), 400), ".") + "."
}

func where(r result.Result) string {
	if s, _ := trouble(r); s != nil {
		return name(s.Name)
	}
	return "an unnamed stage"
}

// trouble gives the stage that decided the outcome, nil where none did, and the step in
// it, nil where the stage failed outside of its steps.
func trouble(r result.Result) (*result.Stage, *result.Step) {
	if r.Outcome != result.Fail && r.Outcome != result.Error {
		return nil, nil
	}
	for i := range r.Stages {
		if s := &r.Stages[i]; s.Outcome == r.Outcome {
			return s, failed(s)
		}
	}
	return nil, nil
}

// failed gives the last failed step: a stage ends with the step that broke it, and an
// optional one may have failed before.
func failed(s *result.Stage) *result.Step {
	for i := len(s.Steps) - 1; i >= 0; i-- {
		if o := s.Steps[i].Outcome; o == result.Fail || o == result.Error {
			return &s.Steps[i]
		}
	}
	return nil
}

func stepText(s result.Step) string {
	t := OneLine(s.Place) + ": " + OneLine(s.What)
	if s.Expected != "" {
		t += ": expected " + OneLine(s.Expected)
	}
	if s.Seen != "" {
		t += ", seen " + OneLine(s.Seen)
	}
	return t
}
