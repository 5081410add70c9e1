package step_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

func TestSavedValuesReachLaterSteps(t *testing.T) {
	app := serve(t, answer(200, `{"note":{"id":"n7"},"evil":"${secret:db}"}`, "Location", "/n/abc", "Set-Cookie", "sid=s1; Path=/"))
	app.exec = func(context.Context, string, step.ExecRequest) (step.ExecResult, error) {
		return step.ExecResult{Stdout: " first\r\nsecond 42\n\n"}, nil
	}
	for _, c := range []struct{ how, want string }{
		{"header:location", "/n/abc"}, {"cookie:sid", "s1"}, {"json:note.id", "n7"}, {`regex:"id":"([a-z]+)`, "n"}, {`regex:n\d`, "n7"},
		{"body", `{"note":{"id":"n7"},"evil":"${secret:db}"}`}, {"json:evil", "${secret:db}"},
	} {
		t.Run(c.how, func(t *testing.T) {
			d := deps(app)
			_, err := run(t, d,
				httpStep(plan.HTTP{Path: "/", Save: map[string]string{"a": c.how}}),
				plan.Step{Save: &plan.Save{As: "b", Value: "<${a}>"}})
			if got, _ := d.Vars.Get("b"); err != nil || got != "<"+c.want+">" {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	for _, c := range []struct{ how, want string }{
		{"stdout", "first\r\nsecond 42"}, {"line:1", " first"}, {"line:2", "second 42"}, {`regex:second (\d+)`, "42"},
	} {
		t.Run(c.how, func(t *testing.T) {
			d := deps(app)
			_, err := run(t, d, execStep(plan.Exec{Service: "app", Command: []string{"x"}, Save: map[string]string{"a": c.how}}))
			if got, _ := d.Vars.Get("a"); err != nil || got != c.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// An assertion made of an empty value would hold whatever the app answers.
func TestEmptyValueIsNoneToSave(t *testing.T) {
	app := serve(t, answer(200, `<h1></h1>{"id":""}`, "X-Id", ""))
	app.exec = func(context.Context, string, step.ExecRequest) (step.ExecResult, error) {
		return step.ExecResult{Stdout: "\n"}, nil
	}
	expected := plan.HTTPExpect{Body: "${a}"}
	for name, save := range map[string]plan.Step{
		"regex":  httpStep(plan.HTTP{Path: "/", Save: map[string]string{"a": "regex:<h1>([^<]*)</h1>"}}),
		"header": httpStep(plan.HTTP{Path: "/", Save: map[string]string{"a": "header:X-Id"}}),
		"stdout": execStep(plan.Exec{Service: "app", Command: []string{"x"}, Save: map[string]string{"a": "stdout"}}),
		"line":   execStep(plan.Exec{Service: "app", Command: []string{"x"}, Save: map[string]string{"a": "line:1"}}),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := run(t, deps(app), save, httpStep(plan.HTTP{Path: "/", Expect: &expected}))
			if result.OutcomeOf(err) != result.Fail || !strings.Contains(err.Error(), "to be saved as a, got an empty value") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWhatCantBeSavedIsAFailure(t *testing.T) {
	app := serve(t, answer(200, strings.Repeat("y", 65<<10)))
	app.exec = func(context.Context, string, step.ExecRequest) (step.ExecResult, error) {
		return step.ExecResult{Stdout: "one\n"}, nil
	}
	null := serve(t, answer(200, `{"id":null}`))
	if _, err := run(t, deps(null), httpStep(plan.HTTP{Path: "/", Save: map[string]string{"a": "json:id"}})); result.OutcomeOf(err) != result.Fail {
		t.Errorf("null: got %v", err)
	}
	for _, how := range []string{"header:Location", "cookie:sid", "json:a", "regex:z", "body"} {
		if _, err := run(t, deps(app), httpStep(plan.HTTP{Path: "/", Save: map[string]string{"a": how}})); result.OutcomeOf(err) != result.Fail {
			t.Errorf("%s: got %v", how, err)
		}
	}
	for how, want := range map[string]result.Outcome{"line:2": result.Fail, "json:a": result.Fail, "regex:z": result.Fail, "line:0": result.Error, "line:x": result.Error, "header:A": result.Error} {
		if _, err := run(t, deps(app), execStep(plan.Exec{Service: "app", Command: []string{"x"}, Save: map[string]string{"a": how}})); result.OutcomeOf(err) != want {
			t.Errorf("%s: got %v", how, err)
		}
	}
}

// TestExecExpectations shows for each expectation an output that meets it and one that does not.
func TestExecExpectations(t *testing.T) {
	for _, c := range []struct {
		name           string
		out            step.ExecResult
		expect         *plan.ExecExpect
		expected, seen string
	}{
		{"exit 0", step.ExecResult{}, nil, "", ""},
		{"exit 1", step.ExecResult{Exit: 1, Stdout: "out", Stderr: "no such table\n"}, nil, "exit 0", `exit 1, stderr "no such table"`},
		{"exit 1 without a word", step.ExecResult{Exit: 1}, &plan.ExecExpect{}, "exit 0", "exit 1, no output"},
		{"exit 3 wanted", step.ExecResult{Exit: 3}, &plan.ExecExpect{Exit: 3}, "", ""},
		{"exit 3 wanted, 0", step.ExecResult{Stdout: "fine"}, &plan.ExecExpect{Exit: 3}, "exit 3", `exit 0, stdout "fine"`},
		{"stdout", step.ExecResult{Stdout: "a kept b"}, &plan.ExecExpect{Stdout: "kept"}, "", ""},
		{"stdout, other", step.ExecResult{Stdout: "lost"}, &plan.ExecExpect{Stdout: "kept"}, `stdout with "kept"`, `exit 0, stdout "lost"`},
		{"stderr is not stdout", step.ExecResult{Stderr: "kept"}, &plan.ExecExpect{Stdout: "kept"}, `stdout with "kept"`, "exit 0, no output"},
		{"absent", step.ExecResult{Stdout: "fine"}, &plan.ExecExpect{Absent: "lost"}, "", ""},
		{"absent, there", step.ExecResult{Stdout: "lost"}, &plan.ExecExpect{Absent: "lost"}, `stdout without "lost"`, `exit 0, stdout "lost"`},
		{"absent, too long to say", step.ExecResult{Stdout: strings.Repeat("x", step.MaxBody)}, &plan.ExecExpect{Absent: "lost"}, "an output that can be looked through", "8 MiB or more"},
		{"equals, trimmed", step.ExecResult{Stdout: "\n 3 \r\n"}, &plan.ExecExpect{Equals: new("3")}, "", ""},
		{"equals, more", step.ExecResult{Stdout: "33"}, &plan.ExecExpect{Equals: new("3")}, `stdout equal to "3"`, `exit 0, stdout "33"`},
		{"a secret in the output is masked", step.ExecResult{Exit: 1, Stderr: "auth S3CRETVALUE"}, nil, "exit 0", `exit 1, stderr "auth [secret db]"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := serve(t, echo)
			app.exec = func(context.Context, string, step.ExecRequest) (step.ExecResult, error) { return c.out, nil }
			steps, err := run(t, deps(app), execStep(plan.Exec{Service: "db", Command: []string{"psql", "-c", "${domain}"}, Expect: c.expect}))
			got := steps[0]
			if got.What != "db: psql -c ${domain}" || got.Expected != c.expected || got.Seen != c.seen || (err == nil) != (c.expected == "") {
				t.Errorf("got %+v, %v\nwant expected %q, seen %q", got, err, c.expected, c.seen)
			}
			if err != nil && got.Outcome != result.Fail {
				t.Errorf("outcome %s", got.Outcome)
			}
		})
	}
}

func TestExecGetsWhatTheStepSays(t *testing.T) {
	app := serve(t, echo)
	var got string
	app.exec = func(_ context.Context, service string, cmd step.ExecRequest) (step.ExecResult, error) {
		got = fmt.Sprint(service, cmd)
		return step.ExecResult{}, nil
	}
	_, err := run(t, deps(app), execStep(plan.Exec{Service: "db", Command: []string{"sh", "-c", "echo ${domain} $${HOME}"}, Stdin: "in ${secret:db}", Env: map[string]string{"PW": "${secret:db}"}, User: "postgres"}))
	if want := "db{[sh -c echo app.example.org ${HOME}] in S3CRETVALUE map[PW:S3CRETVALUE] postgres}"; err != nil || got != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
}

func TestNoSecretInACommandLine(t *testing.T) {
	app := serve(t, echo)
	app.exec = func(context.Context, string, step.ExecRequest) (step.ExecResult, error) {
		t.Error("the command was run")
		return step.ExecResult{}, nil
	}
	for _, s := range [][]plan.Step{
		{execStep(plan.Exec{Service: "db", Command: []string{"psql", "pw=${secret:db}"}})},
		{{Save: &plan.Save{As: "a", Value: "x${secret:db}"}}, {Save: &plan.Save{As: "b", Value: "${a}"}}, execStep(plan.Exec{Service: "db", Command: []string{"${b}"}})},
	} {
		steps, err := run(t, deps(app), s...)
		if !errors.Is(err, step.ErrPlan) || strings.Contains(fmt.Sprint(steps, err), "S3CRET") {
			t.Errorf("got %v", err)
		}
	}
}

func TestExecErrorsArePassedOn(t *testing.T) {
	app := serve(t, echo)
	engine := errors.New("engine is gone")
	for _, c := range []struct {
		err  error
		want result.Outcome
	}{{engine, result.Error}, {result.Fault(engine), result.Fail}} {
		app.exec = func(context.Context, string, step.ExecRequest) (step.ExecResult, error) {
			return step.ExecResult{}, c.err
		}
		steps, err := run(t, deps(app), execStep(plan.Exec{Service: "db", Command: []string{"x"}}))
		if !errors.Is(err, engine) || steps[0].Outcome != c.want || steps[0].Seen == "" {
			t.Errorf("got %v, %+v", err, steps)
		}
	}
}

// testBrowser is a browser whose walks end as the test says.
type testBrowser func(ctx context.Context, name string, vars *step.Vars) ([]result.Step, []result.Evidence, error)

func (b testBrowser) Flow(ctx context.Context, name string, _ []plan.BrowserStep, vars *step.Vars) ([]result.Step, []result.Evidence, error) {
	return b(ctx, name, vars)
}

func TestBrowserWalks(t *testing.T) {
	broken := errors.New("ERR_NETWORK_CHANGED")
	wrongPage := result.Fault(errors.New("x[1]: expected another title"))
	two := []result.Step{{Place: "x[0]", Outcome: result.Pass}, {Place: "x[1]", Outcome: result.Fail}}
	for _, c := range []struct {
		name    string
		browser step.Browser
		places  string
		outcome result.Outcome
	}{
		{"none", nil, "[state.write[0].browser]", result.Error},
		{"passes", testBrowser(func(_ context.Context, name string, vars *step.Vars) ([]result.Step, []result.Evidence, error) {
			vars.Set("title", name)
			return two[:1], nil, nil
		}), "[x[0]]", result.Pass},
		{"page is wrong", testBrowser(func(context.Context, string, *step.Vars) ([]result.Step, []result.Evidence, error) {
			return two, []result.Evidence{{File: "shot.png"}}, wrongPage
		}), "[x[0] x[1]]", result.Fail},
		{"browser is broken", testBrowser(func(context.Context, string, *step.Vars) ([]result.Step, []result.Evidence, error) {
			return nil, nil, broken
		}), "[state.write[0].browser]", result.Error},
		{"browser takes too long as a whole", testBrowser(func(ctx context.Context, _ string, _ *step.Vars) ([]result.Step, []result.Evidence, error) {
			<-ctx.Done()
			return nil, nil, ctx.Err()
		}), "[state.write[0].browser]", result.Error},
		{"browser panics", testBrowser(func(context.Context, string, *step.Vars) ([]result.Step, []result.Evidence, error) {
			panic("unknown object")
		}), "[state.write[0].browser]", result.Error},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := deps(serve(t, echo))
			d.Browser, d.Limit = c.browser, 20*time.Millisecond
			steps, evidence, err := step.Run(context.Background(), []plan.Step{{Browser: make([]plan.BrowserStep, 2)}}, "state.write", d)
			var places []string
			for _, s := range steps {
				places = append(places, s.Place)
			}
			if fmt.Sprint(places) != c.places || result.OutcomeOf(err) != c.outcome || steps[len(steps)-1].Outcome != c.outcome {
				t.Errorf("got %+v, %v", steps, err)
			}
			if c.browser == nil && !strings.Contains(err.Error(), "no browser on this machine") {
				t.Errorf("the error doesn't help: %v", err)
			}
			if c.outcome == result.Fail && (len(evidence) != 1 || err != wrongPage) {
				t.Errorf("the evidence is lost or the error changed: %v, %v", evidence, err)
			}
			if c.outcome == result.Pass {
				if title, _ := d.Vars.Get("title"); title != "state.write[0].browser" {
					t.Errorf("saved %q", title)
				}
			}
		})
	}
}

func TestSayShowsTemplatesOnly(t *testing.T) {
	d := deps(serve(t, echo))
	var said []string
	d.Say = func(place, what string) { said = append(said, place+" "+what) }
	if _, err := run(t, d, httpStep(plan.HTTP{Method: "POST", Path: "/?${secret:db}"}), plan.Step{Save: &plan.Save{As: "a", Value: "${secret:db}"}}); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(said, "; "), "state.verify[0] POST /?${secret:db}; state.verify[1] save a"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
