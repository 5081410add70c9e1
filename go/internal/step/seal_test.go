package step_test

import (
	"context"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/redact"
	"coopcloud.tech/cc-ci/internal/step"
)

// What a step was asked to save as a secret is in no text about the step, whatever went wrong with it or with a later one.
func TestSealedValueIsNeverShown(t *testing.T) {
	const value = "q7Zr1mXw0pLd"
	gives := func(body string) testApp { return serve(t, answer(200, body, "X-Key", value)) }
	save := map[string]string{"key": "json:secret"}
	for _, c := range []struct {
		name, shown string // shown: what people still see
		app         testApp
		list        []plan.Step
	}{
		{"another status", "[secret idp.key]", gives(`{"secret":"` + value + `"}`),
			[]plan.Step{httpStep(plan.HTTP{Path: "/", Save: save, Expect: &plan.HTTPExpect{Status: 201}})}},
		{"another body", "[secret idp.key]", gives(`{"secret":"` + value + `"}`),
			[]plan.Step{httpStep(plan.HTTP{Path: "/", Save: save, Expect: &plan.HTTPExpect{Body: "created"}})}},
		{"another header", "[secret idp.key]", gives(`{"secret":"` + value + `"}`),
			[]plan.Step{httpStep(plan.HTTP{Path: "/", Save: save, Expect: &plan.HTTPExpect{Header: map[string]string{"X-Key": "none"}}})}},
		{"where it can't be found", "status 200, body not shown", gives(`{"key":"` + value + `"}`),
			[]plan.Step{httpStep(plan.HTTP{Path: "/", Save: save, Expect: &plan.HTTPExpect{Status: 201}})}},
		{"too short to be masked", "status 200, body not shown", gives(`{"secret":"q7Zr","again":"` + value + `"}`),
			[]plan.Step{httpStep(plan.HTTP{Path: "/", Save: save, Expect: &plan.HTTPExpect{Status: 201}})}},
		{"a later step", "[secret idp.key]", gives(`{"secret":"` + value + `"}`),
			[]plan.Step{httpStep(plan.HTTP{Path: "/", Save: save}), httpStep(plan.HTTP{Path: "/", Expect: &plan.HTTPExpect{Status: 201}})}},
		{"made of others", "[secret idp.key]", gives(`{"secret":"` + value + `"}`), []plan.Step{
			httpStep(plan.HTTP{Path: "/", Save: map[string]string{"part": "json:secret"}}),
			{Save: &plan.Save{As: "key", Value: "${part}"}},
			httpStep(plan.HTTP{Path: "/", Expect: &plan.HTTPExpect{Status: 201}})}},
		{"a command", "[secret idp.key]", testApp{Server: gives("").Server, exec: prints("made " + value)},
			[]plan.Step{execStep(plan.Exec{Service: "app", Save: map[string]string{"key": "regex:made (.*)"}, Expect: &plan.ExecExpect{Exit: 1}})}},
		{"a command that says it otherwise", "exit 0, stdout not shown", testApp{Server: gives("").Server, exec: prints(value)},
			[]plan.Step{execStep(plan.Exec{Service: "app", Save: map[string]string{"key": "regex:made (.*)"}, Expect: &plan.ExecExpect{Exit: 1}})}},
		{"in a command line", "expected no secret in a command line", gives(`{"secret":"` + value + `"}`), []plan.Step{
			httpStep(plan.HTTP{Path: "/", Save: save}),
			execStep(plan.Exec{Service: "app", Command: []string{"login", "${key}"}})}},
	} {
		t.Run(c.name, func(t *testing.T) {
			mask := redact.New()
			d := deps(c.app)
			d.Mask = mask.String
			d.Vars.Seal([]string{"key"}, func(name, text string) bool { return mask.Add("idp."+name, text) == nil })
			steps, err := run(t, d, c.list...)
			if err == nil {
				t.Fatal("expected an error")
			}
			seen := steps[len(steps)-1].Seen
			if strings.Contains(seen+err.Error(), value) {
				t.Errorf("shown: %s", err)
			}
			if !strings.Contains(seen, c.shown) {
				t.Errorf("expected %q in what was seen, got %q", c.shown, seen)
			}
		})
	}
}

func prints(text string) func(context.Context, string, step.ExecRequest) (step.ExecResult, error) {
	return func(context.Context, string, step.ExecRequest) (step.ExecResult, error) {
		return step.ExecResult{Stdout: text}, nil
	}
}
