// Package contract compares an abra with what the driver counts on. It runs section 11
// of the abra contract against any executable with abra's command line, on a throw-away
// app of its own, and says row by row: agrees, differs, unknown. The engine is asked
// for the truth, abra's text only where the text is the row.
//
// It also holds the list of the forms that the driver uses (Forms), each with how surely
// it is known. A test fails when the driver uses a form that isn't listed, or relies on
// an unconfirmed one without a tested fallback.
//
// Contract: everything that Check makes carries a name of its own and is removed, also
// when ctx ends. A difference is a row, not an error. No row shows a secret's value.
package contract

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"coopcloud.tech/cc-ci/internal/swarm"
)

// Verdict is what one row came to.
type Verdict string

// The verdicts. Unknown means that the row couldn't be tried; Seen says why.
const (
	Agrees  Verdict = "agrees"
	Differs Verdict = "differs"
	Unknown Verdict = "unknown"
)

// Row is one fact of the contract and what this abra does.
type Row struct {
	ID      string // section of the contract, a slash, a word
	Fact    string
	Verdict Verdict
	Seen    string // what abra said or did
}

// Options says what is compared and where.
type Options struct {
	Abra   string // executable
	Docker string // engine address, "unix:///..."; a manager of a swarm
	Image  string // any image with a tag that the engine has or can pull; it need not keep running
}

// Check runs all probes in order. The error is set when they can't start or what they
// made can't be removed; the rows so far are given in any case.
func Check(ctx context.Context, o Options) (rows []Row, err error) {
	engine, err := swarm.Connect(ctx, o.Docker)
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	s, err := newSession(ctx, o, engine)
	if err != nil {
		return nil, err
	}
	defer func() {
		// The clean-up has its own time: an interrupted check must leave nothing either.
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
		defer cancel()
		if e := s.clean(clean); err == nil {
			err = e
		}
	}()
	for _, p := range allProbes() {
		if ctx.Err() != nil {
			return rows, ctx.Err()
		}
		verdict, seen := p.check(ctx, s)
		rows = append(rows, Row{p.id, p.fact, verdict, seen})
	}
	return rows, nil
}

// Print writes rows as lines and a last line with the counts.
func Print(w io.Writer, rows []Row) error {
	count := map[Verdict]int{}
	for _, r := range rows {
		count[r.Verdict]++
		if _, err := fmt.Fprintf(w, "%-8s %-24s %s\n", r.Verdict, r.ID, r.Fact); err != nil {
			return err
		}
		if r.Verdict != Agrees {
			if _, err := fmt.Fprintf(w, "%-33s seen: %s\n", "", r.Seen); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(w, "%d agree, %d differ, %d unknown\n", count[Agrees], count[Differs], count[Unknown])
	return err
}

// probe tries one row. Probes run in order and may count on what earlier ones did.
type probe struct {
	id, fact string
	check    func(context.Context, *session) (Verdict, string)
}

func allProbes() []probe {
	var all []probe
	for _, part := range [][]probe{wordProbes(), newProbes, secretProbes, deployProbes, removeProbes} {
		all = append(all, part...)
	}
	return all
}

// is turns a yes or no into a verdict.
func is(ok bool, format string, a ...any) (Verdict, string) {
	if ok {
		return Agrees, fmt.Sprintf(format, a...)
	}
	return Differs, fmt.Sprintf(format, a...)
}

func unknown(err error) (Verdict, string) { return Unknown, err.Error() }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
