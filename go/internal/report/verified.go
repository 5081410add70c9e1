package report

import (
	"fmt"
	"strings"

	"coopcloud.tech/cc-ci/internal/result"
)

// Verified is what a recipe's folder keeps of its last green run of the whole matrix: how much of the
// recipe has been seen to work, when, and with what. It is made from a result alone.
type Verified struct {
	How       string   `json:"verified"`          // "live", or "stand-in"
	StandIn   string   `json:"standIn,omitempty"` // what stood in
	Date      string   `json:"date"`              // of the run's end
	Level     string   `json:"level"`
	Took      string   `json:"took"`
	Source    string   `json:"source,omitempty"` // where another tree than the recipe's own repository was taken
	Version   string   `json:"version"`          // of the recipe
	Commit    string   `json:"commit"`
	Plan      string   `json:"plan"` // its hash: the test that was run
	Abra      string   `json:"abra"` // what deployed
	Router    string   `json:"router"`
	Overrides []string `json:"overrides,omitempty"` // of the machine
	Run       string   `json:"run"`
}

// VerifiedBy makes the record of a run. A run that proves nothing of the whole (red, of single stages) is an error.
func VerifiedBy(r result.Result) (Verified, error) {
	switch {
	case r.Outcome != result.Pass:
		return Verified{}, fmt.Errorf("run %s of %s: expected a pass, found %s", OneLine(r.ID), OneLine(r.Recipe), Word(r.Outcome))
	case r.Level == nil:
		return Verified{}, singleStages(r)
	}
	return verified(r), nil
}

func singleStages(r result.Result) error {
	return fmt.Errorf("run %s of %s: expected one of the whole matrix, found single stages", OneLine(r.ID), OneLine(r.Recipe))
}

// verified makes the record of a run of the whole matrix, whatever its outcome.
func verified(r result.Result) Verified {
	i := r.Identity
	v := Verified{
		How: "live", StandIn: OneLine(i.StandIn), Date: r.Ended.UTC().Format("2006-01-02"), Level: "none", Took: Span(r.Ended.Sub(r.Started)),
		Version: OneLine(i.Version), Commit: OneLine(i.Commit), Plan: OneLine(i.PlanHash), Abra: OneLine(i.Abra), Router: OneLine(i.Router), Run: OneLine(r.ID),
	}
	if r.Level != nil {
		v.Level = r.Level.String()
	}
	if v.StandIn != "" {
		v.How = "stand-in"
	}
	for _, n := range r.Notices {
		if source, ok := strings.CutPrefix(n, "source: "); ok {
			v.Source = OneLine(source)
		}
	}
	for _, o := range i.Overrides {
		v.Overrides = append(v.Overrides, OneLine(o))
	}
	return v
}
