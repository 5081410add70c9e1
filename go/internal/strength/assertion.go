package strength

import (
	"reflect"
	"slices"

	"coopcloud.tech/cc-ci/internal/plan"
)

// weakenable tells whether a step compares anything that weaken can take away.
func weakenable(s plan.Step) bool {
	switch {
	case s.HTTP != nil:
		return s.HTTP.Expect != nil
	case s.Exec != nil:
		return s.Exec.Expect != nil
	}
	return len(s.Browser) > 0
}

func contains(list []plan.Step, s plan.Step) bool {
	return slices.ContainsFunc(list, func(o plan.Step) bool { return reflect.DeepEqual(o, s) })
}

// weaken leaves an assertion that holds as long as the app answers at all, at the path that says that it is ready.
func weaken(s *plan.Step, ready string) {
	switch {
	case s.HTTP != nil:
		s.HTTP = &plan.HTTP{Method: "GET", Path: ready, Expect: &plan.HTTPExpect{Absent: "cc-ci: nothing says this"}}
	case s.Exec != nil:
		e := *s.Exec
		e.Expect = &plan.ExecExpect{Exit: e.Expect.Exit, Absent: "cc-ci: nothing says this"}
		s.Exec = &e
	default:
		s.Browser = []plan.BrowserStep{{Goto: "/"}, {ExpectText: &plan.ExpectText{Text: "cc-ci: nothing says this", Absent: true}}}
	}
}

// changes are the steps of state.change that neither read nor prepare.
func (c *Copy) changes() []plan.Step {
	return slices.DeleteFunc(slices.Clone(c.Plan.State.Change), func(s plan.Step) bool {
		return contains(c.Plan.State.Write, s) || contains(c.Plan.State.Verify, s) ||
			s.HTTP != nil && s.HTTP.Method == "GET" || s.Exec != nil && s.Exec.Expect != nil || s.File != nil && s.File.Write == nil
	})
}
