// Package bench measures what cc-ci costs beside what the app itself costs, and writes the figures
// as tables (docs/benchmarks.md). It is a developers' tool: no part of the shipped program.
//
// Contract: figures that are compared are measured in one run, in turns, and are medians of as many
// rounds as were asked for, with the smallest and the largest beside them. A measurement that fails
// ends its table with the reason; it is never left out in silence.
//
// Limits: a busy machine gives busy figures; the load before and after stands above each table.
package bench

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Table is one question with its figures.
type Table struct {
	Name  string // of the flag that chooses it
	Title string
	Note  string // what is compared, and how
	When  string // it was measured, and on what
	Head  []string
	Rows  [][]string
}

func (t *Table) row(cells ...string) { t.Rows = append(t.Rows, cells) }

// Markdown writes the table as a section.
func (t *Table) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s\n\n%s\n\n", t.Title, t.Note, t.When)
	line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	line(t.Head)
	line(slices.Repeat([]string{"---"}, len(t.Head)))
	for _, r := range t.Rows {
		for i, cell := range r {
			r[i] = strings.ReplaceAll(cell, "|", "\\|")
		}
		line(r)
	}
	_, err := io.WriteString(w, b.String()+"\n")
	return err
}

// series are the values of one figure, one a round.
type series []float64

// median of no value is 0.
func (s series) median() float64 {
	if len(s) == 0 {
		return 0
	}
	v := slices.Sorted(slices.Values(s))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// spread says the median with the smallest and the largest value, in the form of format.
func (s series) spread(format func(float64) string) string {
	if len(s) == 0 {
		return "none"
	}
	if len(s) == 1 {
		return format(s[0])
	}
	return fmt.Sprintf("%s (%s to %s)", format(s.median()), format(slices.Min(s)), format(slices.Max(s)))
}

// per gives the ratios of two series round by round, which a slow minute moves less than either.
func (s series) per(other series) series {
	var out series
	for i := range min(len(s), len(other)) {
		if other[i] > 0 {
			out = append(out, s[i]/other[i])
		}
	}
	return out
}

// The forms of figures.
func ratio(v float64) string   { return fmt.Sprintf("%.2f", v) }
func count(v float64) string   { return fmt.Sprintf("%.0f", v) }
func percent(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) }

// seconds is the form of a time, which is given in seconds.
func seconds(v float64) string {
	switch d := time.Duration(v * float64(time.Second)); {
	case d >= 10*time.Second:
		return fmt.Sprintf("%.1f s", v)
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", v)
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", 1e3*v)
	}
	return fmt.Sprintf("%.1f µs", 1e6*v)
}
