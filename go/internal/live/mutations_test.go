//go:build live

package live

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/strength"
)

// hopeless is how long a broken demo is waited for where the wait is in vain. The green one
// takes 5 s to come up on a quiet machine.
var hopeless = strength.Limits{Deploy: plan.Duration(25 * time.Second), Ready: plan.Duration(10 * time.Second), Step: plan.Duration(20 * time.Second)}

// Every way to break a recipe that package strength knows is tried on the demo, with the stages
// alone that it needs: each must be red at its named stage with its named reason. That
// the demo is green as it stands, TestGreen shows.
func TestMutations(t *testing.T) {
	t.Parallel()
	base := openDemo(t)
	for _, broken := range strength.Table() {
		t.Run(broken.ID, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			own := *base
			own.Site, own.Run = m.Site, m.call
			row := own.Try(t.Context(), broken)
			if row.Verdict != strength.Caught {
				t.Errorf("%s: %s: %s\n%s", broken.Breaks, row.Verdict, row.Why, m.progress)
			}
			t.Logf("%s: %s", row.Took.Round(time.Second), row.Why)
		})
	}
	t.Cleanup(func() { // after the last row
		if pids := running(t, func(argv []string) bool { return slices.Contains(argv, "98762") }); len(pids) > 0 {
			t.Errorf("local-hangs: processes %v outlived the run", pids)
		}
	})
}

// openDemo makes the demo ready to be broken. Its flows are left out: no row needs them.
func openDemo(t *testing.T) *strength.Base {
	t.Helper()
	s, err := site.Load("")
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(edited(t, demo, func(p *plan.Plan) { p.Flows = []plan.Flow{} }))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	base, err := strength.Subject{Plan: p, Site: s, Dir: t.TempDir()}.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	base.Limits = hopeless
	return base
}

var _ strength.Runner = (*machine)(nil).call

// call runs a broken copy on this machine.
func (m *machine) call(_ context.Context, c strength.Call) (r result.Result, err error) {
	if m.Site, err = site.Load(c.Site); err != nil {
		return r, err
	}
	args := []string{"run", "--json", "--plan", c.Plan}
	for _, s := range c.Stages {
		args = append(args, "--stage", s)
	}
	e := m.run(args...)
	if err := json.Unmarshal([]byte(e.stdout), &r); err != nil {
		return r, fmt.Errorf("status %d and no result: %w\n%s", e.code, err, e.stderr)
	}
	return r, nil
}
