package dashboard

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/ledger"
	"coopcloud.tech/cc-ci/internal/report"
)

// plotRuns is how many runs a plot shows.
const plotRuns = 60

// The plot's measures, in units of its picture.
const (
	plotWide, plotHigh = 960, 250
	plotLeft, plotFoot = 58, 34
	plotTop, plotRight = 12, 8
	plotBar            = 34 // the widest bar
)

// order is how the stages of a run are stacked, from below; others come last, as one.
var order = []string{"prepare", "install", "backup", "local", "upgrade", "remove"}

// series is a stage's place in order, which is also its colour.
func series(stage string) int {
	if i := slices.Index(order, stage); i >= 0 {
		return i
	}
	return len(order)
}

// plot shows how long each stage of the last runs took.
type plot struct {
	Wide, High int
	Full       bool // whether bars reach the right edge: a narrow screen begins there
	Body       template.HTML
	Text       string
	Legend     []legend
	From, To   time.Time
}

// legend names a colour.
type legend struct {
	Class, Name string
}

// perStage adds up the stages of one name.
func perStage(e ledger.Entry) map[string]time.Duration {
	out := map[string]time.Duration{}
	for _, s := range e.Stages {
		if s.Took > 0 {
			out[s.Name] += s.Took
		}
	}
	return out
}

// newPlot draws the last runs, oldest first; nil where there are fewer than two with times.
func newPlot(all []Record) *plot {
	var shown []Record
	for _, r := range all {
		if r.Unreadable == "" && len(perStage(r.Entry)) > 0 {
			shown = append(shown, r)
		}
	}
	shown = shown[max(0, len(shown)-plotRuns):]
	if len(shown) < 2 {
		return nil
	}
	var longest time.Duration
	for _, r := range shown {
		longest = max(longest, r.Took)
	}
	c := &canvas{top: nice(longest)}
	c.grid()
	used := map[int]bool{}
	for i, r := range shown {
		c.bar(r, i, len(shown), used)
	}
	p := &plot{Wide: plotWide, High: plotHigh, Full: len(shown)*(plotBar+6) > plotWide/2, Body: template.HTML(c.String()), From: shown[0].Started, To: shown[len(shown)-1].Started}
	p.Text = fmt.Sprintf("Bar chart of how long each stage of the last %d runs took. The longest run took %s, the last one %s.",
		len(shown), report.Span(longest), report.Span(shown[len(shown)-1].Took))
	for i := range len(order) + 1 {
		if used[i] {
			p.Legend = append(p.Legend, legend{fmt.Sprintf("s%d", i), append(slices.Clone(order), "other")[i]})
		}
	}
	return p
}

// canvas collects the picture; text in it is escaped.
type canvas struct {
	strings.Builder
	top time.Duration // the time at the upper edge
}

// y is the height of a time in the picture.
func (c *canvas) y(d time.Duration) float64 {
	const room = plotHigh - plotFoot - plotTop
	return plotTop + room*(1-min(float64(d)/float64(c.top), 1))
}

func (c *canvas) grid() {
	for i := range 5 {
		at := c.top * time.Duration(i) / 4
		fmt.Fprintf(c, `<path class="rule" d="M%d %.1fH%d"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`,
			plotLeft, c.y(at), plotWide-plotRight, plotLeft-8, c.y(at)+4, report.Clock(at))
	}
}

// bar stacks one run's stages; below it stands a mark where the run is not plain green.
func (c *canvas) bar(r Record, i, n int, used map[int]bool) {
	slot := min(float64(plotWide-plotLeft-plotRight)/float64(n), plotBar+6)
	wide := max(slot*0.8, 2)
	x := plotLeft + slot*float64(i) + (slot-wide)/2
	fmt.Fprintf(c, `<g><title>%s: %s, %s</title>`, r.Started.Format("2 Jan 2006 15:04"), r.Word(), report.Span(r.Took))
	sums := make([]time.Duration, len(order)+1)
	for name, took := range perStage(r.Entry) {
		sums[series(name)] += took
	}
	var at time.Duration
	for s, took := range sums {
		if took == 0 {
			continue
		}
		used[s] = true
		low, high := c.y(at), c.y(at+took)
		at += took
		fmt.Fprintf(c, `<rect class="s%d" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, s, x, high, wide, max(low-high, 0.5))
	}
	if tone := r.Tone(); tone != "pass" {
		fmt.Fprintf(c, `<text class="mark %s" x="%.1f" y="%d" text-anchor="middle">%s</text>`, tone, x+wide/2, plotHigh-plotFoot+16, mark(tone))
	}
	c.WriteString("</g>")
}

// mark is the sign of a tone for those who don't see its colour.
func mark(tone string) string {
	switch tone {
	case "fail":
		return "✗"
	case "error":
		return "!"
	case "flaky":
		return "~"
	}
	return "–"
}

// nice rounds a time up to what divides well in four.
func nice(d time.Duration) time.Duration {
	for _, step := range []time.Duration{4, 8, 20, 40, 60, 120, 240, 480, 720, 1200, 1800, 2400, 3600, 7200} {
		if d <= step*time.Second {
			return step * time.Second
		}
	}
	return (d/(4*time.Hour) + 1) * 4 * time.Hour
}
