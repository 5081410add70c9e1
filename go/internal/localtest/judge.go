package localtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// Run runs one pytest file or executable and gives a step for each test in it, or one for the
// file. The error is a *result.Failure where the tests, or the recipe, are at fault.
func (b *Box) Run(ctx context.Context, f File) ([]result.Step, error) {
	e, err := b.run(ctx, f)
	b.log(e)
	if err != nil {
		return nil, err
	}
	own := b.own(f, e)
	var steps []result.Step
	if f.Kind == Pytest && e.why == "" {
		if steps, err = b.cases(f, e); err != nil && own.Outcome == result.Pass {
			own.Outcome, own.Expected, own.Seen = result.Fail, "a report of its tests", b.text(err.Error(), 300)
		}
	}
	if own.Outcome != result.Pass && !failed(steps) || len(steps) == 0 {
		steps = append(steps, own)
	}
	for _, s := range steps {
		if s.Outcome == result.Fail {
			return steps, &result.Failure{Place: s.Place, What: s.What, Expected: s.Expected, Seen: s.Seen}
		}
	}
	return steps, nil
}

// log puts the output into the stage's log.
func (b *Box) log(e ended) {
	text := strings.TrimRight(report.Inert(string(e.output)), "\n")
	if text == "" {
		return
	}
	for line := range strings.SplitSeq(text, "\n") {
		b.Log(line)
	}
	if e.cut {
		b.Log(fmt.Sprintf("(more than %d MiB of output, or %d MiB of all files together: the rest was dropped)", maxOutput>>20, maxKept>>20))
	}
}

// cases are the tests that a pytest file's report names.
func (b *Box) cases(f File, e ended) ([]result.Step, error) {
	found, err := parseReport(e.report)
	if err == nil && len(found) == 0 {
		err = errors.New("found none")
	}
	var steps []result.Step
	for _, c := range found {
		s := result.Step{Place: b.text(c.place(f.Name), 200), What: "pytest", Outcome: c.outcome, Took: c.took}
		switch c.outcome {
		case result.Fail:
			s.Expected, s.Seen = "pass", b.text(c.why, 300)
		case result.NotRun:
			s.Seen = b.text(c.why, 300)
		}
		steps = append(steps, s)
	}
	return steps, err
}

// own is the step of the file as a whole.
func (b *Box) own(f File, e ended) result.Step {
	s := result.Step{Place: b.text("local."+f.Name, 200), What: string(f.Kind), Outcome: result.Pass, Took: e.took}
	switch {
	case e.why != "":
		s.Expected, s.Seen = "an end by itself", e.why+"; it was ended with all that it started"
	case e.code != 0:
		s.Expected, s.Seen = "exit 0", fmt.Sprintf("exit %d", e.code)
		if last := result.LastLine(string(e.output)); last != "" {
			s.Seen += ": " + b.text(last, 300)
		}
	default:
		return s
	}
	s.Outcome = result.Fail
	return s
}

func failed(steps []result.Step) bool {
	return slices.ContainsFunc(steps, func(s result.Step) bool { return s.Outcome == result.Fail })
}

// text makes foreign text inert, masks it and cuts it, in this order: half a secret is
// not recognised any more.
func (b *Box) text(s string, limit int) string {
	return result.Cut(b.Mask(strings.Join(strings.Fields(report.Inert(s[:min(len(s), 64<<10)])), " ")), limit)
}
