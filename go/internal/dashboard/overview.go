package dashboard

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"time"

	"coopcloud.tech/cc-ci/internal/ledger"
	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// overview is the front page.
type overview struct {
	frame
	Queue   []jobLine
	Filters []filter
	Recipes []line
	Rates   ledger.Rates // of all recipes together
	Newest  time.Time
}

// jobLine is a build in the queue.
type jobLine struct {
	Job
	Known bool // whether the recipe has a page
}

// filter is a chip that shows only rows of one kind.
type filter struct {
	Kind, Name string
	Count      int
}

// line is one recipe's row in words.
type line struct {
	Recipe, Kind, Tone, Word string
	Ladder                   *report.Ladder
	Stages                   []square
	Latest                   *Record
	Trend                    template.HTML
	TrendText                string
	Rates                    ledger.Rates
	Verified                 string // Row.Verified
	Gone                     bool   // has results, but is not enrolled
}

// square is the outcome of one stage of the matrix.
type square struct{ Name, Letter, Tone, Word string }

// matrix are the stages that say something about a recipe, as the overview's columns.
var matrix = []string{"install", "upgrade", "backup", "local"}

func newOverview(s *state) overview {
	v := overview{frame: newFrame("cc-ci: recipes", "./")}
	count := map[string]int{}
	for _, row := range s.Recipes {
		l := newLine(row)
		_, found := slices.BinarySearch(s.Enrolled, row.Recipe)
		l.Gone = len(s.Enrolled) > 0 && !found
		v.Recipes = append(v.Recipes, l)
		count[l.Kind]++
		v.Rates.Runs += row.Rates.Runs
		v.Rates.Decided += row.Rates.Decided
		v.Rates.Flaky += row.Rates.Flaky
		v.Rates.Errors += row.Rates.Errors
		if row.Latest != nil && row.Latest.Started.After(v.Newest) {
			v.Newest = row.Latest.Started
		}
	}
	for _, j := range s.Queue {
		known := slices.ContainsFunc(s.Recipes, func(r Row) bool { return r.Recipe == j.Recipe })
		v.Queue = append(v.Queue, jobLine{j, known})
	}
	v.Filters = []filter{{"all", "all", len(s.Recipes)}}
	for _, f := range []filter{{"pass", "green", 0}, {"flaky", "flaky", 0}, {"fail", "red", 0}, {"error", "error", 0}, {"idle", "no verdict", 0}} {
		if f.Count = count[f.Kind]; f.Count > 0 {
			v.Filters = append(v.Filters, f)
		}
	}
	return v
}

func newLine(row Row) line {
	l := line{Recipe: row.Recipe, Kind: "idle", Tone: "idle", Word: "never run", Verified: row.Verified, Latest: row.Latest, Rates: row.Rates}
	if row.Latest == nil {
		return l
	}
	l.Tone, l.Word = row.Latest.Tone(), row.Latest.Word()
	l.Kind = l.Tone
	if row.Latest.Level != nil {
		l.Ladder = report.LadderOf(*row.Latest.Level)
	}
	for _, name := range matrix {
		l.Stages = append(l.Stages, newSquare(name, row.Latest.Stages))
	}
	l.Trend, l.TrendText = trend(row.Trend), trendText(row.Trend)
	return l
}

// newSquare takes the worst of the stages of one name: an upgrade may come as several.
func newSquare(name string, stages []ledger.Stage) square {
	s := square{name, "–", "none", "not tried"}
	worst := -1
	for _, st := range stages {
		rank := map[result.Outcome]int{result.NotRun: 0, result.NotApplicable: 1, result.Pass: 2, result.Fail: 3, result.Error: 4}[st.Outcome]
		if st.Name != name || rank < worst {
			continue
		}
		worst = rank
		s.Tone, s.Word = report.Tone(st.Outcome), report.Word(st.Outcome)
		s.Letter = cmp.Or(map[result.Outcome]string{result.Pass: "✓", result.Fail: "✗", result.Error: "!", result.NotApplicable: "n/a"}[st.Outcome], "–")
	}
	return s
}

// trendText says a trend to those who don't see it.
func trendText(dots []Dot) string {
	count := map[string]int{}
	for _, d := range dots {
		count[d.Tone]++
	}
	text := fmt.Sprintf("%d runs", len(dots))
	if len(dots) == 1 {
		text = "1 run"
	}
	sep := ": "
	for _, k := range [][2]string{{"pass", "green"}, {"flaky", "flaky"}, {"fail", "red"}, {"error", "error"}, {"idle", "without verdict"}} {
		if n := count[k[0]]; n > 0 {
			text += fmt.Sprintf("%s%d %s", sep, n, k[1])
			sep = ", "
		}
	}
	return text
}
