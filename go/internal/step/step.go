// Package step runs a plan's lists of steps against one deployed app: requests
// through the router, commands in its containers, walks in the browser, and the
// values that are carried from one to another.
//
// Contract: a list ends at its first error; what comes after is reported as not
// run. An app that answers otherwise than expected, too late, or not at all is a
// *result.Failure, the recipe's fault: the stage has waited until the app was ready. An
// error that wraps ErrPlan is a mistake in the recipe's test. Everything else
// (the browser's or the engine's trouble) is passed on as it is, and a cancelled
// context always as that.
//
// What a step says about itself (What, Expected) is made of the templates as they
// are written, so no `${secret:name}` is ever resolved into a text for people. What
// was Seen comes from the app: it is masked, then cut, in this order, since half
// a secret is not recognised any more.
//
// Limits: at most MaxBody bytes of an answer or of a command's output are looked
// into (only a body's SHA-256 covers it whole); redirects are answers like any other
// and are never followed; cookies last for one list.
package step

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// MaxBody bounds what is kept of an answer's body, in bytes.
const MaxBody = 8 << 20

// ErrPlan marks a step that can't be done as it is written. plan.Decode finds most of them before a run.
var ErrPlan = errors.New("mistake in the plan")

// App is the deployed app that steps are tried on.
type App interface {
	// URL gives the https URL of a path on the app's main host. A whole URL is checked: any host but the app's is an error.
	URL(path string) (string, error)
	// Client gives a client that dials the router and verifies the certificate. Its jar and redirect policy are not used.
	Client() *http.Client
	// Exec runs a command in the running container of a service. A non-zero exit is no error. Streams may be cut at MaxBody.
	Exec(ctx context.Context, service string, cmd ExecRequest) (ExecResult, error)
	// WriteFile writes a file into the running container of a service, whatever its image holds.
	WriteFile(ctx context.Context, service, file string, content []byte) error
	// ReadFile reads one; found is false where there is none.
	ReadFile(ctx context.Context, service, file string) (content []byte, found bool, err error)
	// Secret gives the value of one of the app's secrets.
	Secret(name string) (string, bool)
}

// ExecRequest is a command with everything expanded. Secrets stand in Stdin and Env only.
type ExecRequest struct {
	Command []string
	Stdin   string
	Env     map[string]string
	User    string
}

// ExecResult is what a command gave.
type ExecResult struct {
	Exit           int
	Stdout, Stderr string
}

// Browser walks through pages. The name is the place of the walk ("flows.login", "state.write[2].browser"); what it saves goes
// into vars. A page that shows something else than expected is an error that blames the recipe (result.Blamed); any other is
// the browser's own.
type Browser interface {
	Flow(ctx context.Context, name string, steps []plan.BrowserStep, vars *Vars) ([]result.Step, []result.Evidence, error)
}

// Deps is what a list of steps works on.
type Deps struct {
	App     App
	Vars    *Vars                    // shared by the lists of one stage: what write saves, verify knows
	Browser Browser                  // nil where there is none: a browser step is then an error
	Mask    func(string) string      // redact.Masker.String; nil masks nothing
	Limit   time.Duration            // of a step that names none. A browser step has it per verb
	Say     func(place, what string) // told before each step; may be nil
}

// Run does the steps in order and gives one result for each, those of a browser walk in
// its place, and the evidence that walks left. The place is the list's ("state.verify").
func Run(ctx context.Context, list []plan.Step, place string, deps Deps) ([]result.Step, []result.Evidence, error) {
	r, err := newRunner(deps)
	if err != nil {
		return nil, nil, err
	}
	for i, s := range list {
		at := fmt.Sprintf("%s[%d]", place, i)
		if err != nil {
			r.steps = append(r.steps, result.Step{Place: at, What: describe(s), Outcome: result.NotRun})
			continue
		}
		err = r.one(ctx, at, s)
	}
	return r.steps, r.evidence, err
}

// runner is one list at work.
type runner struct {
	Deps
	client   *http.Client
	steps    []result.Step
	evidence []result.Evidence
	hidden   []string // secrets that the answer at hand may show, so nothing of it is shown
}

func newRunner(deps Deps) (*runner, error) {
	jar, err := cookiejar.New(nil) // no list of public suffixes is needed: only the app's hosts are ever asked
	if err != nil {
		return nil, err
	}
	if deps.Mask == nil {
		deps.Mask = func(s string) string { return s }
	}
	client := *deps.App.Client()
	client.Jar, client.Timeout = jar, 0
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &runner{Deps: deps, client: &client}, nil
}

// one does a step and puts down what came of it.
func (r *runner) one(ctx context.Context, at string, s plan.Step) error {
	what := describe(s)
	if r.Say != nil {
		r.Say(at, what)
	}
	if s.Browser != nil {
		return r.browser(ctx, at, s)
	}
	started, limit := time.Now(), s.Timeout.Of(r.Limit)
	tries, err := r.until(ctx, started.Add(time.Duration(s.Within)), limit, s)
	if tries > 1 {
		what += fmt.Sprintf(" (%d tries)", tries)
	}
	step := result.Step{Place: at, What: what, Outcome: result.OutcomeOf(err), Took: time.Since(started)}
	if f, ok := errors.AsType[*result.Failure](err); ok {
		f.Place, f.What = at, describe(s)
		step.Expected, step.Seen = f.Expected, f.Seen
	} else if err != nil {
		err = fmt.Errorf("%s: %s: %w", at, what, err)
		step.Seen = r.cut(err.Error())
	}
	r.steps = append(r.steps, step)
	return err
}

// between is how long a step that may be done again waits.
const between = 200 * time.Millisecond

// until does a step, again while it fails, until it passes or the end has come. Only what the app
// answers is waited for; every other error ends it.
func (r *runner) until(ctx context.Context, end time.Time, limit time.Duration, s plan.Step) (tries int, err error) {
	for {
		tries++
		err = watch(ctx, limit, func(ctx context.Context) error { return r.do(ctx, s) })
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = &result.Failure{Expected: fmt.Sprintf("an end within %s", limit), Seen: "none"}
		}
		if _, ok := errors.AsType[*result.Failure](err); !ok || !time.Now().Before(end) {
			return tries, err
		}
		select {
		case <-ctx.Done():
			return tries, ctx.Err()
		case <-time.After(between):
		}
	}
}

func (r *runner) do(ctx context.Context, s plan.Step) error {
	switch {
	case s.HTTP != nil:
		return r.http(ctx, s.HTTP)
	case s.Exec != nil:
		return r.exec(ctx, s.Exec)
	case s.File != nil:
		return r.file(ctx, s.File)
	case s.Save != nil:
		return r.save(s.Save)
	}
	return fmt.Errorf("%w: a step without a verb", ErrPlan)
}

func (r *runner) save(s *plan.Save) error {
	text, secret, err := r.Vars.expand(s.Value)
	if err != nil {
		return err
	}
	r.Vars.set(s.As, text, secret)
	return nil
}
