//go:build live && long

package live

import (
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// Run by `make test-long`: real applications that others wrote, each with its whole matrix: from the version before
// with data in it, through a real backup, with people's walks in the browser. Their
// recipes lie in checks/recipes, their tests in checks/tests.
func TestApps(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"miniflux", // one database
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newMachine(t).reaches(planOf(name), result.Top)
		})
	}
}

// reaches runs the whole matrix of a plan, which must be green at this level.
func (m *machine) reaches(plan string, level int) {
	m.t.Helper()
	e := m.run("run", "--plan", plan).want(m.t, 0)
	if l := e.result.Level; l == nil || l.Reached != level || l.NotApplicable != 0 {
		m.t.Errorf("level: want %d, got %v\n%s", level, l, e.stdout)
	}
	for _, s := range e.result.Stages {
		m.t.Logf("%-8s %s %s", s.Name, s.Outcome, s.Took.Round(time.Second))
	}
}
