package browser

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// Vars are the values that templates name and that steps save.
type Vars interface {
	Expand(template string) (string, error)
	Set(name, text string)
	// Pending tells whether a secret is to be saved under the name and has not been.
	Pending(name string) bool
}

// Flow walks through the app in a fresh context. The place is the list's
// ("flows.login"). It ends at the first error, after which evidence is taken; the
// steps after it are reported as not run. A *result.Failure is the recipe's, any other
// error the machine's. The evidence's files are relative to Options.Dir. A walk that ends before
// it saved a secret, which its pages may show, leaves neither evidence nor what was seen (P4).
func (b *Browser) Flow(ctx context.Context, place string, steps []plan.BrowserStep, vars Vars) ([]result.Step, []result.Evidence, error) {
	w, err := b.open(ctx, vars)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", place, err)
	}
	var done []result.Step
	for i, s := range steps {
		at := fmt.Sprintf("%s[%d]", place, i)
		if err != nil {
			done = append(done, result.Step{Place: at, What: s.String(), Outcome: result.NotRun})
			continue
		}
		var step result.Step
		w.hidden = pending(steps, vars)
		step, err = w.step(ctx, at, s)
		done = append(done, step)
		if err != nil && w.hidden == "" {
			w.collect(ctx, at)
		}
	}
	w.close(ctx)
	return done, w.evidence, err
}

// step does one step. The error of an optional step is noted in the step alone.
func (w *walk) step(ctx context.Context, at string, s plan.BrowserStep) (result.Step, error) {
	limit := w.b.opts.Limit
	if s.Goto != "" {
		limit = max(limit, loadLimit)
	}
	limit = s.Timeout.Of(limit)
	step := result.Step{Place: at, What: s.String(), Outcome: result.Pass}
	began := time.Now()
	err := w.b.guard(ctx, limit, func() error { return w.do(at, s, limit) })
	step.Took = time.Since(began)
	err = judge(err, limit)
	var f *result.Failure
	if errors.As(err, &f) {
		f.Place, f.What, f.Expected, f.Seen = at, step.What, w.b.text(f.Expected), w.seen(f.Seen)
		step.Expected, step.Seen, err = f.Expected, f.Seen, f
	} else if err != nil {
		step.Seen = w.seen(err.Error())
		err = fmt.Errorf("%s: %s: %w", at, step.What, &masked{step.Seen, err})
	}
	step.Outcome = result.OutcomeOf(err)
	if f != nil && s.Optional {
		step.Outcome, step.Seen = result.NotApplicable, "optional: "+step.Seen
		return step, nil
	}
	return step, err
}

// masked is an error whose text was masked: Playwright's call logs hold what was typed.
type masked struct {
	text string
	err  error
}

func (m *masked) Error() string { return m.text }
func (m *masked) Unwrap() error { return m.err }

// readable is the length to which texts of a page are cut, in bytes; so many more (looked) are
// masked before, since half a secret is not recognised any more.
const (
	readable = 300
	looked   = 64 << 10
)

// pending names a secret that the walk is to save and has not yet.
func pending(steps []plan.BrowserStep, vars Vars) string {
	i := slices.IndexFunc(steps, func(s plan.BrowserStep) bool { return s.Save != nil && vars.Pending(s.Save.As) })
	if i < 0 {
		return ""
	}
	return steps[i].Save.As
}

// seen makes what a page showed fit for a report.
func (w *walk) seen(s string) string {
	if w.hidden != "" {
		return "not shown, since it may hold the secret " + w.hidden
	}
	return w.b.text(s)
}

// cut masks a text of a page, then cuts it to limit bytes.
func (b *Browser) cut(s string, limit int) string {
	return result.Cut(b.opts.Mask.String(s[:min(len(s), limit+looked)]), limit)
}

// text makes a text from a page fit for a report.
func (b *Browser) text(s string) string {
	s = b.opts.Mask.String(s[:min(len(s), looked)])
	return result.Cut(strings.Join(strings.Fields(s), " "), readable)
}

// Smoke loads one page as a person would: it must answer, load, and do so without
// an error on its console, but those that quiet allows. A screenshot of it is the evidence.
func (b *Browser) Smoke(ctx context.Context, url string, quiet plan.NoConsoleErrors) ([]result.Step, []result.Evidence, error) {
	return b.Flow(ctx, "smoke", []plan.BrowserStep{{Goto: url}, {NoErrors: &quiet}, {Screenshot: "app"}}, verbatim{})
}

// verbatim is Vars for a flow without templates.
type verbatim struct{}

func (verbatim) Expand(text string) (string, error) { return text, nil }
func (verbatim) Pending(string) bool                { return false }
func (verbatim) Set(string, string)                 {}
