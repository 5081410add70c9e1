package strength

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// Row is what came of one mutation.
type Row struct {
	ID      string        `json:"id"`
	Breaks  string        `json:"breaks"`
	Stage   string        `json:"stage"` // that must say so
	Verdict Verdict       `json:"verdict"`
	Why     string        `json:"why"` // what the run said, or why there was none
	Took    time.Duration `json:"took"`
}

// Report is the score of one recipe.
type Report struct {
	Recipe     string `json:"recipe"`
	StandIn    string `json:"standIn,omitempty"` // what stood in the recipe's place; empty: its own applications
	Caught     int    `json:"caught"`
	Applicable int    `json:"applicable"` // all but those that are not applicable
	Rows       []Row  `json:"rows"`       // in the table's order
}

// Walk tries every mutation, some at a time, and tells each row as it comes. It
// stops taking new ones when ctx ends.
func (b *Base) Walk(ctx context.Context, table []Mutation, jobs int, tell func(Row)) Report {
	rows := make([]Row, len(table))
	slots := make(chan struct{}, max(1, jobs))
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i, m := range table {
		slots <- struct{}{}
		if ctx.Err() != nil {
			rows[i] = Row{ID: m.ID, Breaks: m.Breaks, Stage: m.Want.Stage, Verdict: Broken, Why: "interrupted"}
			<-slots
			continue
		}
		wg.Go(func() {
			defer func() { <-slots }()
			row := b.Try(ctx, m)
			mu.Lock()
			defer mu.Unlock()
			rows[i] = row
			tell(row)
		})
	}
	wg.Wait()
	r := count(b.Plan.Recipe, rows)
	r.StandIn = b.stood
	return r
}

// count makes the score.
func count(recipe string, rows []Row) Report {
	r := Report{Recipe: recipe, Rows: rows}
	for _, row := range rows {
		if row.Verdict != NotApplicable {
			r.Applicable++
		}
		if row.Verdict == Caught {
			r.Caught++
		}
	}
	return r
}

// Has tells whether any row has that verdict.
func (r Report) Has(v Verdict) bool {
	return slices.ContainsFunc(r.Rows, func(row Row) bool { return row.Verdict == v })
}

// Whole tells whether every applicable mutation was caught, and there was one.
func (r Report) Whole() bool { return r.Applicable > 0 && r.Caught == r.Applicable }

// JSON writes the report for machines.
func (r Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// Text writes the report for people: a line a row, and the reason under each that was not caught.
func (r Report) Text(w io.Writer) error {
	var b strings.Builder
	for _, row := range r.Rows {
		fmt.Fprintf(&b, "  %-22s %-9s %-15s %s\n", row.ID, row.Stage, row.Verdict, row.Breaks)
		if row.Verdict != Caught {
			fmt.Fprintf(&b, "  %22s %s\n", "", oneLine(row.Why))
		}
	}
	score := 0
	if r.Applicable > 0 {
		score = 100 * r.Caught / r.Applicable
	}
	fmt.Fprintf(&b, "\ncc-ci strength | %s | %d of %d caught, %d %% | %d not applicable\n", r.Recipe, r.Caught, r.Applicable, score, len(r.Rows)-r.Applicable)
	if r.StandIn != "" {
		fmt.Fprintf(&b, "STAND-IN of %s\n", r.StandIn)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return s[:min(len(s), 300)]
}
