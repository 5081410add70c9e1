package dashboard

import (
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/ledger"
	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// maxHistory is how many runs a recipe's page lists.
const maxHistory = 120

// recipePage is a recipe's page.
type recipePage struct {
	frame
	Recipe   string
	Latest   *Record
	Sentence string
	Ladder   *report.Ladder
	Picture  *report.Picture // of the newest run that has one
	Rates    ledger.Rates
	Usual    ledger.Pace // of the newest run that has a usual
	Notes    []report.Note
	Plot     *plot
	Medians  []stageTime
	History  []Record // newest first
	Older    int      // runs that are not listed
	Snippets []snippet
}

// stageTime is how long a stage took last and usually.
type stageTime struct {
	Name         string
	Last, Median time.Duration
}

// snippet is a badge to copy.
type snippet struct{ Name, Text string }

func (b *Builder) newRecipe(row Row, all []Record) recipePage {
	v := recipePage{
		frame:  newFrame(row.Recipe+", cc-ci", "../../", crumb{row.Recipe, ""}),
		Recipe: row.Recipe, Latest: row.Latest, Rates: row.Rates, Snippets: b.snippets(row.Recipe),
	}
	v.History = slices.Clone(all)
	slices.Reverse(v.History)
	if v.Older = len(all) - maxHistory; v.Older > 0 {
		v.History = v.History[:maxHistory]
	}
	for _, r := range v.History {
		if r.Pace.Usual != 0 {
			v.Usual = r.Pace
			break
		}
	}
	v.Plot, v.Medians = newPlot(all), stageTimes(all)
	if row.Latest != nil {
		b.latest(&v, row.Recipe, row.Latest.Run)
	}
	return v
}

// latest fills in what only the newest result itself knows.
func (b *Builder) latest(v *recipePage, recipe, run string) {
	r, files, err := b.open(recipe, run)
	if err != nil {
		v.Sentence = "The newest result can't be read: " + v.Latest.Unreadable
		return
	}
	view := report.LinkedView(r, files)
	v.Sentence, v.Ladder, v.Notes = view.Sentence, view.Level, view.Notes
	for _, p := range view.Shown() {
		if p.Address != "" {
			p.Address = template.URL("./" + run + strings.TrimPrefix(string(p.Address), "."))
			v.Picture = &p
			return
		}
	}
}

// open reads a result and its folder.
func (b *Builder) open(recipe, run string) (result.Result, fs.FS, error) {
	r, err := ledger.Load(b.Store, recipe, run)
	if err != nil {
		return r, nil, err
	}
	files, err := fs.Sub(b.Store, recipe+"/"+run)
	return r, files, err
}

func (b *Builder) snippets(recipe string) []snippet {
	if b.URL == "" {
		return nil
	}
	page := fmt.Sprintf("%s/%s/%s/", strings.TrimSuffix(b.URL, "/"), Place, recipe)
	return []snippet{
		{"Markdown", fmt.Sprintf("[![cc-ci](%sbadge.svg)](%s)", page, page)},
		{"HTML", fmt.Sprintf(`<a href="%s"><img src="%sbadge.svg" alt="cc-ci"></a>`, page, page)},
		{"shields.io endpoint", page + "badge.json"},
	}
}

// stageTimes gives each stage's last and median time over the passed runs.
func stageTimes(all []Record) []stageTime {
	times := map[string][]time.Duration{}
	var order []string
	for _, r := range all[max(0, len(all)-plotRuns):] {
		if r.Outcome != result.Pass {
			continue
		}
		for name, took := range perStage(r.Entry) {
			if times[name] == nil {
				order = append(order, name)
			}
			times[name] = append(times[name], took)
		}
	}
	slices.SortFunc(order, func(a, b string) int { return series(a) - series(b) })
	var out []stageTime
	for _, name := range order {
		list := times[name]
		out = append(out, stageTime{name, list[len(list)-1], ledger.Median(list)})
	}
	return out
}
