package step

import (
	"context"
	"fmt"
	"strings"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// exec runs a command, compares what it gave, and saves from it.
func (r *runner) exec(ctx context.Context, e *plan.Exec) error {
	req, err := r.command(e)
	if err != nil {
		return err
	}
	out, err := r.App.Exec(ctx, e.Service, req)
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	if err := r.guarded(e.Save, out.extract).expectOutput(e.Expect, out); err != nil {
		return err
	}
	return r.saveAll(e.Save, out.extract)
}

// command expands the step. A secret in argv would stand in the process list of the host and in the engine's events.
func (r *runner) command(e *plan.Exec) (ExecRequest, error) {
	req := ExecRequest{User: e.User}
	for i, word := range e.Command {
		text, secret, err := r.Vars.expand(word)
		if err != nil {
			return req, err
		}
		if secret {
			return req, fmt.Errorf("%w: command[%d]: expected no secret in a command line, found one in %s: give it by stdin or env", ErrPlan, i, quote(word))
		}
		req.Command = append(req.Command, text)
	}
	var err error
	if req.Stdin, err = r.Vars.Expand(e.Stdin); err != nil {
		return req, err
	}
	if req.User, err = r.Vars.Expand(e.User); err != nil {
		return req, err
	}
	req.Env, err = r.Vars.expandAll(e.Env)
	return req, err
}

func (r *runner) expectOutput(e *plan.ExecExpect, out ExecResult) error {
	if e == nil {
		e = &plan.ExecExpect{}
	}
	seen := func() string { return r.ended(out) }
	if out.Exit != e.Exit {
		return &result.Failure{Expected: fmt.Sprintf("exit %d", e.Exit), Seen: seen()}
	}
	if len(out.Stdout) >= MaxBody && (e.Absent != "" || e.Equals != nil) {
		return &result.Failure{Expected: "an output that can be looked through", Seen: fmt.Sprintf("%d MiB or more", MaxBody>>20)}
	}
	if err := r.expectText("stdout", e.Stdout, e.Absent, nil, out.Stdout, seen); err != nil {
		return err
	}
	return r.expectText("stdout", "", "", e.Equals, strings.TrimSpace(out.Stdout), seen)
}

// ended shows a command's end in short: the stream that is likelier to explain it.
func (r *runner) ended(out ExecResult) string {
	name, text := "stdout", strings.TrimSpace(out.Stdout)
	if out.Exit != 0 && strings.TrimSpace(out.Stderr) != "" {
		name, text = "stderr", strings.TrimSpace(out.Stderr)
	}
	if text == "" {
		return fmt.Sprintf("exit %d, no output", out.Exit)
	}
	return fmt.Sprintf("exit %d, %s %s", out.Exit, name, r.seen(text))
}
