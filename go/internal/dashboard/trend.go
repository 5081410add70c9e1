package dashboard

import (
	"fmt"
	"html/template"
	"strings"
	"time"
)

// A trend is a row of bars, one a run, in a picture of this size; the last run stands at the right.
const (
	trendHigh = 24
	trendStep = 4 // a bar of 3 and a gap
	trendWide = trendRuns*trendStep - 1
)

// trend draws the last runs, oldest first: a bar's height is how long a green run took, a
// red one is a full bar. One path a tone keeps a page of hundreds of them small.
func trend(dots []Dot) template.HTML {
	longest := time.Duration(1)
	for _, d := range dots {
		longest = max(longest, d.Took)
	}
	paths := map[string]*strings.Builder{}
	var order []string
	for i, d := range dots {
		high := 3 + int(float64(trendHigh-3)*float64(d.Took)/float64(longest))
		switch d.Tone {
		case "fail":
			high = trendHigh
		case "error", "idle":
			high = 6
		}
		if paths[d.Tone] == nil {
			paths[d.Tone] = &strings.Builder{}
			order = append(order, d.Tone)
		}
		x := (trendRuns - len(dots) + i) * trendStep
		fmt.Fprintf(paths[d.Tone], "M%d %dh3v%dh-3z", x, trendHigh-high, high)
	}
	var b strings.Builder
	for _, tone := range order {
		fmt.Fprintf(&b, `<path class="%s" d="%s"/>`, tone, paths[tone])
	}
	return template.HTML(b.String()) // numbers and names of this package alone
}
