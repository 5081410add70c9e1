package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// Proof is what docs/proof.md shows of a run of the whole matrix that a comment started. It is made from a result alone.
type Proof struct {
	Recipe  string `json:"recipe"`
	Verdict string `json:"verdict"` // "GREEN", "STAND-IN GREEN", or what else
	Reason  string `json:"reason,omitempty"`
	Verified
	Comment    string       `json:"comment"` // its id
	Pull       int          `json:"pull"`    // number of the pull request
	Repository string       `json:"repository"`
	Build      int64        `json:"build"` // its number in Repository
	Started    string       `json:"started"`
	Ended      string       `json:"ended"`
	Stages     []ProofStage `json:"stages"`
	Needs      []string     `json:"needs,omitempty"`
	Images     []string     `json:"images,omitempty"` // "as written: digest or id"
	Tree       string       `json:"tree,omitempty"`   // hash of the recipe's files
	Engine     string       `json:"engine"`
	Browser    string       `json:"browser,omitempty"`
	Driver     string       `json:"driver"`
}

// ProofStage is one stage's verdict and time.
type ProofStage struct {
	Name    string `json:"name"`
	Outcome string `json:"outcome"`
	Took    string `json:"took"`
	Reason  string `json:"reason,omitempty"`
}

// ProofBy makes the record of a run, also of a red one. A run of single stages, or one that no comment started, is an error.
func ProofBy(r result.Result) (Proof, error) {
	var comment int64
	if r.Build != nil {
		comment, _ = strconv.ParseInt(r.Build.Key, 10, 64) // the sweep's are none
	}
	switch {
	case comment == 0 || r.PR == 0:
		return Proof{}, fmt.Errorf("run %s of %s: expected one that a comment on a pull request started, found none", OneLine(r.ID), OneLine(r.Recipe))
	case r.Level == nil && r.Outcome == result.Pass: // one that ended before its first stage has none either
		return Proof{}, singleStages(r)
	}
	const form = "2006-01-02 15:04:05 UTC"
	i := r.Identity
	p := Proof{
		Recipe: OneLine(r.Recipe), Verdict: headline(r), Reason: OneLine(r.Reason), Verified: verified(r), Comment: r.Build.Key, Pull: r.PR,
		Repository: OneLine(r.Build.Repository), Build: r.Build.Number, Started: r.Started.UTC().Format(form), Ended: r.Ended.UTC().Format(form),
		Tree: OneLine(i.NarHash), Engine: OneLine(i.Engine), Browser: OneLine(i.Browser), Driver: OneLine(i.Driver),
	}
	for _, s := range r.Stages {
		p.Stages = append(p.Stages, ProofStage{OneLine(s.Name), string(s.Outcome), Span(s.Took.Round(time.Millisecond)), OneLine(s.Reason)})
	}
	for _, n := range i.Needs {
		p.Needs = append(p.Needs, OneLine(strings.TrimSpace(n.Recipe+" "+n.Version)))
	}
	for _, name := range slices.Sorted(maps.Keys(i.Images)) {
		p.Images = append(p.Images, OneLine(name+": "+i.Images[name]))
	}
	return p, nil
}
