package stage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/localtest"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

// maxLocalSteps bounds the tests and steps of all files together: a result with more of them could not be read.
const maxLocalSteps = 5000

// Local runs the tests that the recipe's repository brings, against the app as it
// stands (S4, P6). A failed file does not keep the others from being tried: each is a
// finding of its own. The first error is given.
func Local(ctx context.Context, d Deps, rec *Record) error {
	if reason := d.Plan.Local.NotApplicable; reason != "" {
		return notApplicable(reason)
	}
	tests := filepath.Join(d.App.Abra.RecipeDir(d.Plan.Recipe), "tests")
	if _, err := os.Lstat(tests); errors.Is(err, fs.ErrNotExist) {
		return notApplicable("no tests/")
	}
	if err := d.App.Unmoved(ctx, d.Version); err != nil {
		return fmt.Errorf("local tests of %s: %w", d.Version.Commit[:7], err)
	}
	dir := filepath.Join(d.Dir, "sandbox", "local")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(dir) // the run wipes its sandbox folder in any case
	l := &local{Deps: d, rec: rec, dir: dir, tests: filepath.Join(dir, "tests")}
	var err error
	if l.files, err = localtest.Copy(tests, l.tests); err != nil {
		return err
	}
	point.Copied.Reached()
	if len(l.files) == 0 {
		return notRun("tests/ holds no pytest file, no executable and no step file")
	}
	return errors.Join(l.run(ctx), l.close())
}

// local is the stage at work.
type local struct {
	Deps
	rec   *Record
	dir   string // the stage's own
	tests string // the copy of tests/
	files []localtest.File
	box   *localtest.Box // nil until a file needs it
}

func (l *local) run(ctx context.Context) error {
	var first error
	for _, f := range l.files {
		l.Tell(fmt.Sprintf("tests/%s (%s)", f.Name, f.Kind))
		steps, evidence, err := l.one(ctx, f)
		l.rec.Add(steps, evidence)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if result.OutcomeOf(err) == result.Error {
			return err
		}
		if len(l.rec.Steps) > maxLocalSteps {
			return result.Fault(fmt.Errorf("tests/: expected at most %d tests and steps in all files, found more, the last in %s", maxLocalSteps, f.Name))
		}
		if err != nil && first == nil {
			first = err
		}
	}
	if skipped := l.skipped(); first == nil {
		return skipped
	}
	return first
}

// skipped makes a finding of each test that was skipped; a stage of nothing else proves nothing.
func (l *local) skipped() error {
	passed := false
	for _, s := range l.rec.Steps {
		passed = passed || s.Outcome == result.Pass
		if s.Outcome == result.NotRun && s.Seen != "" { // a step file's steps after a failed one say nothing
			l.rec.Findings = append(l.rec.Findings, result.Finding{ID: "local-test-skipped", Severity: finding.Warn, Place: s.Place, Text: s.Seen})
		}
	}
	if !passed {
		return notRun("every test in tests/ was skipped")
	}
	return nil
}

func (l *local) one(ctx context.Context, f localtest.File) ([]result.Step, []result.Evidence, error) {
	if f.Kind == localtest.StepFile {
		return l.steps(ctx, f)
	}
	if l.box == nil {
		var err error
		if l.box, err = localtest.Open(ctx, l.options(), l.files); err != nil {
			return nil, nil, fmt.Errorf("local tests: %w", err)
		}
		point.Opened.Reached()
		l.Tell("sandbox: " + l.box.Isolation())
	}
	steps, err := l.box.Run(ctx, f)
	point.Tested.Reached()
	return steps, nil, err
}

// options gives the tests the app's address and nothing secret.
func (l *local) options() localtest.Options {
	domain := l.App.Names.Domain
	return localtest.Options{
		Run: l.Run, Dir: l.dir, Tests: l.tests, Router: l.App.Site.Router.Address, Hosts: l.App.Reach(), CA: l.App.Site.CA,
		Env: []string{
			"CC_CI_BASE_URL=https://" + domain, "PYTEST_BASE_URL=https://" + domain, "CC_CI_DOMAIN=" + domain,
			"CC_CI_RECIPE=" + l.Plan.Recipe, "CC_CI_VERSION=" + l.Version.Facts.Version,
		},
		Limit: time.Duration(l.Plan.Limits.Step), Whole: time.Duration(l.Plan.Limits.Run),
		Mask: l.App.Mask.String, Log: l.Log,
	}
}

// known is what a step file knows: nothing that a dependency gave, which may be secret.
func (l *local) known() map[string]step.Value {
	known := l.App.Known()
	maps.DeleteFunc(known, func(name string, _ step.Value) bool { return !slices.Contains(plan.Builtins, name) })
	return known
}

// steps runs a step file with a table of values that knows no secret.
func (l *local) steps(ctx context.Context, f localtest.File) ([]result.Step, []result.Evidence, error) {
	b, err := os.ReadFile(filepath.Join(l.tests, filepath.FromSlash(f.Name)))
	if err != nil {
		return nil, nil, err
	}
	place := "local." + f.Name
	list, err := plan.DecodeSteps(b)
	if err != nil {
		failed := result.Step{Place: place, What: "read", Outcome: result.Fail, Expected: "a list of steps", Seen: err.Error()}
		return []result.Step{failed}, nil, result.Fault(fmt.Errorf("tests/%s: %w", f.Name, err))
	}
	browser, err := l.Browser(ctx)
	if err != nil {
		return nil, nil, err
	}
	steps, evidence, err := step.Run(ctx, list, place, step.Deps{
		App: l.App, Vars: step.NewVars(l.known(), nil), Browser: browser, Mask: l.App.Mask.String, Limit: time.Duration(l.Plan.Limits.Step),
	})
	if errors.Is(err, step.ErrPlan) {
		err = result.Fault(err) // the mistake is the repository's
	}
	return steps, evidence, err
}

func (l *local) close() error {
	if l.box == nil {
		return nil
	}
	return l.box.Close()
}
