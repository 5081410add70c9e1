//go:build live

package live

import (
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// Every row is a way of restoring that must work, or one in which the plan alone goes wrong.
// How a recipe breaks its backups, TestMutations walks.
func TestBackup(t *testing.T) {
	t.Parallel()
	generic := func(p *plan.Plan) {
		p.State = plan.State{Generic: true, Write: []plan.Step{}, Verify: []plan.Step{}, Change: []plan.Step{}}
	}
	for _, tt := range []struct {
		name string
		plan func(*plan.Plan)
		want result.Outcome
		says string // in the stage's reason or the findings
	}{
		{"verify that never held", func(p *plan.Plan) { p.State.Verify[1].HTTP.Expect.Equals = new("# keen") }, result.Fail,
			"state.verify does not see what state.write wrote, before any backup: state.verify[1]"},
		{"change that changes nothing", func(p *plan.Plan) { p.State.Change = p.State.Change[:1] }, result.Fail, "state.verify still passes after state.change"},
		{"change that leaves a file alone", func(p *plan.Plan) { p.State.Change = p.State.Change[:2] }, result.Pass,
			"state.verify[2] tells after state.change what it told before"},
		{"volumes destroyed", func(p *plan.Plan) { p.Backup.Restore = []string{"volumes-destroyed"} }, result.Pass, ""},
		{"generic", generic, result.Pass, ""},
		{"declared as not applicable", func(p *plan.Plan) { p.Backup.NotApplicable = "it keeps nothing" }, result.NotApplicable, "it keeps nothing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := on(t, variant(t))
			e := m.run("run", "--stage", "backup", "--plan", edited(t, demo, func(p *plan.Plan) {
				p.Flows = []plan.Flow{}
				p.Backup.Restore = []string{"in-place"} // TestGreen restores into a fresh deployment, too
				tt.plan(p)
			}))
			var said strings.Builder
			tried := false
			for _, s := range e.result.Stages {
				want := result.Pass
				if s.Name == "backup" {
					tried, want = true, tt.want
				}
				if s.Outcome != want {
					t.Errorf("%s: want %s, got %s: %s", s.Name, want, s.Outcome, s.Reason)
				}
				said.WriteString(s.Reason + "\n")
			}
			for _, f := range e.result.Findings {
				said.WriteString(f.Text + "\n")
			}
			if !tried || !strings.Contains(said.String(), tt.says) {
				t.Errorf("the result doesn't say %q:\n%s\n%s", tt.says, said.String(), e.stderr)
			}
		})
	}
}
