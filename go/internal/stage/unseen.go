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

// changeSeen changes the state, and looks whether state.change and state.verify fit each other. A change
// that no assertion sees could be lost without a word: the list has a hole, or lost an assertion. An
// assertion that no change reaches says nothing of a restore in place, and where no other is tried, nothing
// of any. Both are findings.
func (b *backup) changeSeen(ctx context.Context) error {
	own, alone := b.ownChanges(), slices.Equal(b.Plan.Backup.Restore, []string{"in-place"})
	if b.Plan.State.Generic || len(own) < 2 && !alone { // a single one that nobody sees makes the stage red
		return b.change(ctx, b.rec, b.vars)
	}
	first, err := b.told(ctx)
	if err != nil {
		return err
	}
	told, unseen, err := b.changeWatched(ctx, own, first)
	if err != nil {
		return err
	}
	if len(own) > 1 {
		for _, i := range unseen {
			b.gap("change-unseen", fmt.Sprintf("state.change[%d]", i), "changes nothing that state.verify sees: assert what it must be, or take the step away")
		}
	}
	if alone && !slices.Equal(first, told) { // where nothing differs, the stage is red anyway
		for _, i := range b.unmoved(first, told) {
			b.gap("restore-unproven", fmt.Sprintf("state.verify[%d]", i),
				"tells after state.change what it told before, and no other restore than in place is tried: that one brings it back is unproven; change it in state.change")
		}
	}
	return nil
}

// changeWatched runs state.change and gives what state.verify tells then, and the changes that made no difference to it.
func (b *backup) changeWatched(ctx context.Context, own []int, told []string) (now []string, unseen []int, err error) {
	// The list must run as one, since its cookies last for one run: it is looked at
	// before each step that follows a change.
	i, failed := 0, error(nil)
	look := func() {
		if i > 0 && failed == nil && slices.Contains(own, i-1) {
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
		return nil, nil, err
	}
	if look(); failed == nil && !slices.Contains(own, len(b.Plan.State.Change)-1) { // what follows the last own change may change more: a walk in the browser
		told, failed = b.told(ctx)
	}
	return told, unseen, failed
}

// gap is a finding about the lists of state.
func (b *backup) gap(id, place, text string) {
	b.rec.Findings = append(b.rec.Findings, result.Finding{ID: id, Severity: finding.Warn, Place: place, Text: place + " " + text})
}

// unmoved are the assertions of state.verify that told the same twice. A step that saves something prepares
// another: of a page with a form's token, nothing is kept.
func (b *backup) unmoved(was, is []string) []int {
	var found []int
	n := 0
	for i, s := range b.Plan.State.Verify {
		if !asserts(s) {
			continue
		}
		if was[n] == is[n] && !savesSomething(s) {
			found = append(found, i)
		}
		n++
	}
	return found
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
	last := list[i]
	last.Within = 0 // a change is there at once, and what fails because of it would be waited for in vain
	return append(steps, last)
}

func savesSomething(s plan.Step) bool {
	return s.HTTP != nil && len(s.HTTP.Save) > 0 || s.Exec != nil && len(s.Exec.Save) > 0
}

func onlyLooks(s plan.Step) bool {
	switch {
	case s.HTTP != nil:
		return s.HTTP.Method == "GET" && !savesSomething(s)
	case s.Exec != nil:
		return s.Exec.Expect != nil && !savesSomething(s)
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
