package strength

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/result"
)

// Verdict is what came of one mutation.
type Verdict string

// The verdicts.
const (
	Caught        Verdict = "caught"         // red at the named stage with the named reason
	Elsewhere     Verdict = "elsewhere"      // red, but not there or not so: no better than survived
	Survived      Verdict = "survived"       // nothing noticed
	Broken        Verdict = "error"          // the run said nothing
	NotApplicable Verdict = "not applicable" // it can't be tried on this recipe
)

// judge compares what a run of a broken copy says with what it must say.
func judge(w Want, r result.Result) (Verdict, string) {
	wanted := w.Outcome
	if len(wanted) == 0 {
		wanted = []result.Outcome{result.Fail}
	}
	i := slices.IndexFunc(r.Stages, func(s result.Stage) bool { return s.Name == w.Stage && s.Outcome != result.Pass })
	if i < 0 {
		i = slices.IndexFunc(r.Stages, func(s result.Stage) bool { return s.Name == w.Stage })
	}
	if i < 0 {
		return red(r), fmt.Sprintf("expected stage %s to say so, but it did not run: %s: %s", w.Stage, r.Outcome, r.Reason)
	}
	st := r.Stages[i]
	if !slices.Contains(wanted, st.Outcome) {
		return red(r), fmt.Sprintf("expected stage %s to be %v, found %s: %s", w.Stage, wanted, st.Outcome, r.Reason)
	}
	for _, other := range r.Stages {
		if other.Name != w.Stage && (other.Outcome == result.Fail || other.Outcome == result.Error) {
			return Elsewhere, fmt.Sprintf("expected stage %s alone to be red, found %s: %s", w.Stage, other.Name, other.Reason)
		}
	}
	if w.Finding != "" && !slices.ContainsFunc(r.Findings, func(f result.Finding) bool { return f.ID == w.Finding && f.Open() }) {
		return red(r), fmt.Sprintf("expected the finding %s, found none that is open", w.Finding)
	}
	all := said(r, st)
	for _, pattern := range w.Says {
		if !regexp.MustCompile(pattern).MatchString(all) {
			return Elsewhere, fmt.Sprintf("stage %s doesn't say %q, but: %s", w.Stage, pattern, st.Reason)
		}
	}
	return Caught, first(w, r, st)
}

// red is the verdict on a run that doesn't show what it should.
func red(r result.Result) Verdict {
	switch r.Outcome {
	case result.Pass, result.NotApplicable:
		return Survived
	}
	return Elsewhere
}

// first is the sentence that shows that a mutation was caught.
func first(w Want, r result.Result, st result.Stage) string {
	for _, f := range r.Findings {
		if f.ID == w.Finding {
			return f.Place + ": " + f.Text
		}
	}
	return st.Reason
}

// said is everything that a stage told people.
func said(r result.Result, st result.Stage) string {
	text := []string{st.Reason}
	for _, s := range st.Steps {
		text = append(text, s.Place+": "+s.What+": "+s.Seen)
	}
	for _, s := range st.Services {
		text = append(append(text, s.Tasks...), s.Log...)
	}
	for _, f := range r.Findings {
		text = append(text, f.Place+" "+f.Text)
	}
	return strings.Join(append(text, r.Residue...), "\n")
}
