// Package ledger judges a recipe's runs by each other: which pass is not to be trusted
// (flaky), how often that and the machine's own errors happen, and which run was slower
// than its usual (U2, S6).
//
// Contract: pure functions over Entries, which are what is kept of a result.json once
// its page is not needed; Read gets them from a results store. A pass after a retry, or
// of an identity that has failed before at a stage which now passed, is flaky and never
// plain green. An error of the infrastructure says nothing about a recipe: it is counted
// apart. Text in an Entry is inert and short.
//
// Limits: two runs are compared within one recipe only, and looked back at no further
// than lookBack runs.
package ledger

import (
	"maps"
	"slices"
	"time"

	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// Entry is what the ledger keeps of one run.
type Entry struct {
	Run        string            `json:"run"` // the result's ID
	PR         int               `json:"pr,omitempty"`
	Started    time.Time         `json:"started"`
	Took       time.Duration     `json:"took"` // nanoseconds
	Outcome    result.Outcome    `json:"outcome,omitempty"`
	Reason     string            `json:"reason,omitempty"`
	Level      *result.Level     `json:"level,omitempty"`
	StandIn    string            `json:"standIn,omitempty"` // what stood in for the recipe's applications
	Commit     string            `json:"commit,omitempty"`
	Version    string            `json:"version,omitempty"`
	Plan       string            `json:"plan,omitempty"`   // hash of the plan
	Abra       string            `json:"abra,omitempty"`   // what deployed
	Images     map[string]string `json:"images,omitempty"` // image as written -> digest or id
	Stages     []Stage           `json:"stages,omitempty"`
	Retries    int               `json:"retries,omitempty"`    // of all stages
	Open       int               `json:"open,omitempty"`       // findings that ask for something
	Unreadable string            `json:"unreadable,omitempty"` // why there is nothing but Run
}

// Stage is one stage of an Entry.
type Stage struct {
	Name    string         `json:"name"`
	Outcome result.Outcome `json:"outcome"`
	Took    time.Duration  `json:"took,omitempty"`
}

// EntryOf keeps of r what the ledger needs.
func EntryOf(r result.Result) Entry {
	e := Entry{
		Run: r.ID, PR: r.PR, Started: r.Started.UTC(), Took: max(r.Ended.Sub(r.Started), 0), Outcome: r.Outcome,
		Reason: line(r.Reason, 300), Level: r.Level,
		StandIn: line(r.Identity.StandIn, 300), Commit: line(r.Identity.Commit, 64), Version: line(r.Identity.Version, 80),
		Plan: line(r.Identity.PlanHash, 100), Abra: line(r.Identity.Abra, 80),
	}
	for _, image := range slices.Sorted(maps.Keys(r.Identity.Images))[:min(len(r.Identity.Images), maxImages)] {
		if e.Images == nil {
			e.Images = map[string]string{}
		}
		e.Images[line(image, 200)] = line(r.Identity.Images[image], 100)
	}
	for _, s := range r.Stages[:min(len(r.Stages), maxStages)] {
		e.Stages = append(e.Stages, Stage{line(s.Name, 40), s.Outcome, max(s.Took, 0)})
		e.Retries += max(s.Retries, 0)
	}
	for _, f := range r.Findings {
		if f.Open() {
			e.Open++
		}
	}
	return e
}

// What an Entry keeps of a list that a result may make as long as it likes.
const (
	maxImages = 40
	maxStages = 24
)

func line(s string, n int) string { return report.Clip(report.OneLine(report.Clip(s, 4*n)), n) }

// Decided tells whether the run says something about the recipe; one of a stand-in does not.
func (e Entry) Decided() bool {
	return e.StandIn == "" && (e.Outcome == result.Pass || e.Outcome == result.Fail)
}

// Whole tells whether the run was of the whole matrix and came to its end: a run of single
// stages, and one that the infrastructure ended, has no level.
func (e Entry) Whole() bool { return e.Level != nil }

// same tells whether two runs tested the same thing: commit, plan, deployer, and every
// image that both of them got as far as to know.
func same(a, b Entry) bool {
	if a.Commit == "" || a.Commit != b.Commit || a.Plan != b.Plan || a.Abra != b.Abra {
		return false
	}
	for image, digest := range a.Images {
		if other, ok := b.Images[image]; ok && other != digest {
			return false
		}
	}
	return true
}
