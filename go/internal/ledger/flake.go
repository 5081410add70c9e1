package ledger

import (
	"fmt"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// lookBack is how many earlier runs one is compared with.
const lookBack = 200

// Flake is why a pass is not plain green.
type Flake struct {
	Retries int    `json:"retries,omitempty"` // passed after so many
	Failed  string `json:"failed,omitempty"`  // the run in which the same identity failed
	Stage   string `json:"stage,omitempty"`   // where it did
}

// String says it in a clause: "the same commit, plan and images failed at upgrade before".
func (f Flake) String() string {
	switch {
	case f.Failed != "":
		return fmt.Sprintf("the same commit, plan and images failed at %s before", f.Stage)
	case f.Retries == 1:
		return "it passed after a retry"
	}
	return fmt.Sprintf("it passed after %d retries", f.Retries)
}

// FlakeOf judges e by the runs of the window before it, oldest first; nil where e is what it seems.
func FlakeOf(e Entry, before []Entry) *Flake {
	if e.Outcome != result.Pass {
		return nil
	}
	for i := len(before) - 1; i >= max(0, len(before)-lookBack); i-- {
		if b := before[i]; b.Outcome == result.Fail && same(e, b) && e.Started.Sub(b.Started) < window {
			if stage := mended(b, e); stage != "" {
				return &Flake{Retries: e.Retries, Failed: b.Run, Stage: stage}
			}
		}
	}
	if e.Retries > 0 {
		return &Flake{Retries: e.Retries}
	}
	return nil
}

// mended names the first stage that failed in the one run and passed in the other.
func mended(failed, passed Entry) string {
	for _, f := range failed.Stages {
		for _, p := range passed.Stages {
			if f.Outcome == result.Fail && p.Outcome == result.Pass && f.Name == p.Name {
				return f.Name
			}
		}
	}
	return ""
}

// window is how far back rates look.
const window = 30 * 24 * time.Hour

// Rates count the runs of the window before a moment.
type Rates struct {
	Runs    int       `json:"runs"`
	Decided int       `json:"decided"` // passed or failed
	Flaky   int       `json:"flaky"`   // of the decided
	Errors  int       `json:"errors"`  // of all: the infrastructure's
	Until   time.Time `json:"until"`   // when the oldest of them leaves the window; zero: never
}

// FlakyPercent is the share of flaky runs among those that say something about the recipe.
func (r Rates) FlakyPercent() int { return percent(r.Flaky, r.Decided) }

// ErrorPercent is the share of runs that the infrastructure ended.
func (r Rates) ErrorPercent() int { return percent(r.Errors, r.Runs) }

// percent rounds up, so that one in a thousand is not shown as never.
func percent(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return (part*100 + whole - 1) / whole
}

// RatesOf counts all runs, oldest first, that began in the window before now.
func RatesOf(all []Entry, now time.Time) Rates {
	var r Rates
	from := now.Add(-window)
	for i, e := range all {
		if e.Unreadable != "" || !e.Started.After(from) {
			continue
		}
		if r.Runs++; r.Until.IsZero() {
			r.Until = e.Started.Add(window)
		}
		switch {
		case e.Outcome == result.Error:
			r.Errors++
		case e.Decided():
			r.Decided++
			if FlakeOf(e, all[:i]) != nil {
				r.Flaky++
			}
		}
	}
	return r
}
