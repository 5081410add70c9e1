package dashboard

import (
	"time"

	"coopcloud.tech/cc-ci/internal/badge"
	"coopcloud.tech/cc-ci/internal/ledger"
	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// Record is one run with what the runs before it say about it.
type Record struct {
	ledger.Entry
	Flake *ledger.Flake `json:"flake,omitempty"`
	Pace  ledger.Pace   `json:"pace"`
}

// Tone is the style sheet's class of a run: a flaky pass is never plain green.
func (r Record) Tone() string {
	switch {
	case r.Unreadable != "":
		return "error"
	case r.Flake != nil:
		return "flaky"
	case r.StandIn != "" && r.Outcome == result.Pass:
		return "idle"
	}
	return report.Tone(r.Outcome)
}

// Word is the run's outcome in a word.
func (r Record) Word() string {
	switch {
	case r.Unreadable != "":
		return "UNREADABLE"
	case r.Flake != nil:
		return "FLAKY"
	case r.StandIn != "":
		return "STAND-IN " + report.Colour(r.Outcome)
	}
	return report.Colour(r.Outcome)
}

// records judges entries, which are in order, oldest first.
func records(all []ledger.Entry) []Record {
	out := make([]Record, len(all))
	for i, e := range all {
		out[i] = Record{e, ledger.FlakeOf(e, all[:i]), ledger.PaceOf(e, all[:i])}
	}
	return out
}

// Row is a recipe in the overview, and what the next Build needs to know of it.
type Row struct {
	Recipe string       `json:"recipe"`
	Latest *Record      `json:"latest,omitempty"` // nil: it never ran
	Trend  []Dot        `json:"trend,omitempty"`  // the last runs, oldest first
	Rates  ledger.Rates `json:"rates"`
	Badge  badge.Badge  `json:"badge"`
	// Verified is the most that was seen of the recipe: a green run of its whole matrix ("live"), one of a stand-in
	// ("stand-in"), or neither ("plan").
	Verified string `json:"verified,omitempty"`
	Part     string `json:"part"`           // of the site, where its page is
	Seen     int64  `json:"seen,omitempty"` // when its folder changed last, in nanoseconds; 0: look again
}

// Dot is one run in a trend.
type Dot struct {
	Tone string        `json:"tone"`
	Took time.Duration `json:"took"`
}

// trendRuns is how many runs a trend shows.
const trendRuns = 30

// rowOf sums up a recipe's runs, oldest first.
func rowOf(recipe string, all []Record, now time.Time) Row {
	row := Row{Recipe: recipe, Badge: levelBadge(all), Verified: verified(all)}
	entries := make([]ledger.Entry, len(all))
	for i, r := range all {
		entries[i] = r.Entry
	}
	row.Rates = ledger.RatesOf(entries, now)
	if len(all) == 0 {
		return row
	}
	latest := all[len(all)-1]
	latest.Images, latest.Plan = nil, "" // the recipe's page has them
	row.Latest = &latest
	for _, r := range all[max(0, len(all)-trendRuns):] {
		row.Trend = append(row.Trend, Dot{r.Tone(), r.Took})
	}
	return row
}

// judged gives the run that badges speak of: the last one of the recipe's own branch that
// says something about it, else the last one of any pull request. An error of the machine,
// and a result that can't be read, change nothing: the last known verdict stays.
func judged(all []Record) *Record {
	var any *Record
	for i := len(all) - 1; i >= 0; i-- {
		if r := &all[i]; r.Decided() && r.PR == 0 {
			return r
		} else if r.Decided() && any == nil {
			any = r
		}
	}
	return any
}

// whole is judged among the runs of the whole matrix, which alone have a level.
func whole(all []Record) *Record {
	var list []Record
	for _, r := range all {
		if r.Whole() {
			list = append(list, r)
		}
	}
	return judged(list)
}

// verified is the most that a recipe's runs have shown.
func verified(all []Record) string {
	most := "plan"
	for _, r := range all {
		switch {
		case r.Outcome != result.Pass || !r.Whole():
		case r.StandIn == "":
			return "live"
		default:
			most = "stand-in"
		}
	}
	return most
}

// badges are a recipe's, by their file names.
func badges(all []Record) map[string]badge.Badge {
	return map[string]badge.Badge{
		"badge": levelBadge(all), "outcome": outcomeBadge(all), "flaky": flakyBadge(all),
	}
}

const label = "cc-ci"

func outcomeBadge(all []Record) badge.Badge {
	r := judged(all)
	switch {
	case len(all) == 0:
		return badge.Badge{Label: label, Message: "never run", Tone: badge.Grey}
	case r == nil && all[len(all)-1].StandIn != "":
		return badge.Badge{Label: label, Message: "stand-in only", Tone: badge.Grey}
	case r == nil:
		return badge.Badge{Label: label, Message: "no verdict yet", Tone: badge.Fault}
	case r.Outcome == result.Fail:
		return badge.Badge{Label: label, Message: "failing", Tone: badge.Bad}
	case r.Flake != nil:
		return badge.Badge{Label: label, Message: "flaky", Tone: badge.Fair}
	}
	return badge.Badge{Label: label, Message: "passing", Tone: badge.Good}
}

// levelBadge says the level, where there is one to be proud of or to mend.
func levelBadge(all []Record) badge.Badge {
	b := outcomeBadge(all)
	r := whole(all)
	if r == nil {
		return b
	}
	b.Message = "level " + r.Level.String()
	switch {
	case b.Tone == badge.Bad: // by this run, or by a later one of single stages
		b.Message += ", failing"
	case r.Flake != nil:
		b.Tone = badge.Fair
		b.Message += ", flaky"
	case r.Level.Reached < result.Top-1:
		b.Tone = badge.Fair
	default:
		b.Tone = badge.Good
	}
	return b
}

func flakyBadge(all []Record) badge.Badge {
	r := judged(all)
	switch {
	case r == nil:
		return badge.Badge{Label: "flaky", Message: "unknown", Tone: badge.Grey}
	case r.Flake != nil:
		return badge.Badge{Label: "flaky", Message: "yes", Tone: badge.Fair}
	}
	return badge.Badge{Label: "flaky", Message: "no", Tone: badge.Good}
}
