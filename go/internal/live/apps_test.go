//go:build live

package live

import (
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// A real application that others wrote, with its whole matrix: from the version before with data in it,
// through a real backup, with people's walks in the browser. People log in to Miniflux, which has a
// Postgres, through Dex, which has another. Their recipes lie in checks/recipes, their tests in
// checks/tests; further ones are run by `make test-long`.
func TestApps(t *testing.T) {
	t.Parallel()
	newMachine(t).reaches(planOf("miniflux"), result.Top)
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
