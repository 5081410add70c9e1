package stage

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

// changeSeen changes the state, and looks after each change whether any assertion of
// state.verify tells another thing than before. One that none of them sees could be lost
// without a word: the list has a hole, or lost an assertion. It is a finding.
func (b *backup) changeSeen(ctx context.Context) error {
	own := b.ownChanges()
	if len(own) < 2 { // a single one that nobody sees makes the stage red
		return b.change(ctx, b.rec, b.vars)
	}
	told, err := b.told(ctx)
	if err != nil {
		return err
	}
	// The list must run as one, since its cookies last for one run: it is looked at
	// before each step that follows a change.
	var unseen []int
	i, failed := 0, error(nil)
	look := func() {
		if i > 0 && failed == nil && slices.Contains(own, i-1) {
			var now []string
			if now, failed = b.told(ctx); failed == nil && slices.Equal(told, now) {
				unseen = append(unseen, i-1)
			}
			told = now
		}
		i++
	}
	deps := b.stepDeps(b.vars)
	deps.Say = func(string, string) { look() }
	b.Tell("state.change")
	steps, evidence, err := step.Run(ctx, b.Plan.State.Change, "state.change", deps)
	b.rec.Add(steps, evidence)
	if err != nil {
		return err
	}
	if look(); failed != nil {
		return failed
	}
	for _, i := range unseen {
		b.rec.Findings = append(b.rec.Findings, result.Finding{ID: "change-unseen", Severity: finding.Warn, Place: fmt.Sprintf("state.change[%d]", i),
			Text: fmt.Sprintf("state.change[%d] changes nothing that state.verify sees: assert what it must be, or take the step away", i)})
	}
	return nil
}

// ownChanges are the steps of state.change that change something themselves: a step
// that state.write or state.verify has as well only prepares (a login).
func (b *backup) ownChanges() []int {
	var own []int
	s := b.Plan.State
	if s.Generic {
		return nil
	}
	for i, c := range s.Change {
		same := func(o plan.Step) bool { return reflect.DeepEqual(o, c) }
		if changes(c) && !slices.ContainsFunc(s.Write, same) && !slices.ContainsFunc(s.Verify, same) {
			own = append(own, i)
		}
	}
	return own
}

func changes(s plan.Step) bool {
	switch {
	case s.HTTP != nil:
		return s.HTTP.Method != "GET" && s.HTTP.Method != "HEAD"
	case s.Exec != nil:
		return s.Exec.Expect == nil
	case s.File != nil:
		return s.File.Write != nil
	}
	return false // a walk in the browser is not taken apart
}

// told tries every assertion of state.verify, also those behind one that fails, and gives
// what each said.
func (b *backup) told(ctx context.Context) ([]string, error) {
	var said []string
	list := b.Plan.State.Verify
	for i := range list {
		if !asserts(list[i]) {
			continue
		}
		// What stands before an assertion is done with it: logins, saved values.
		steps, _, err := step.Run(ctx, before(list, i), "state.verify", b.stepDeps(b.vars))
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil && result.OutcomeOf(err) == result.Error {
			return nil, err
		}
		last := steps[len(steps)-1]
		said = append(said, strings.Join([]string{string(last.Outcome), last.Seen}, ": "))
	}
	return said, nil
}

// before gives the steps up to an assertion without the other assertions that nothing
// after them needs: requests and files that are only read, commands that are only compared.
func before(list []plan.Step, i int) []plan.Step {
	var steps []plan.Step
	for _, s := range list[:i] {
		if !onlyLooks(s) {
			steps = append(steps, s)
		}
	}
	return append(steps, list[i])
}

func onlyLooks(s plan.Step) bool {
	switch {
	case s.HTTP != nil:
		return s.HTTP.Method == "GET" && len(s.HTTP.Save) == 0
	case s.Exec != nil:
		return s.Exec.Expect != nil && len(s.Exec.Save) == 0
	}
	return s.File != nil && s.File.Write == nil
}

// asserts tells whether a step reads something and compares it.
func asserts(s plan.Step) bool {
	switch {
	case s.HTTP != nil:
		e := s.HTTP.Expect
		return e != nil && (s.HTTP.Method == "GET" || !reflect.DeepEqual(*e, plan.HTTPExpect{Status: e.Status}))
	case s.Exec != nil:
		return s.Exec.Expect != nil
	case s.File != nil:
		return s.File.Write == nil
	}
	return len(s.Browser) > 0
}
