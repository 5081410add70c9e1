//go:build live && long

package live

import (
	"slices"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// Run by `make test-long`: what takes too long for `make test`.
func TestLongApps(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"dex",            // identity: 2.44.0 to 2.45.1, with a migration of its database
		"matrix-synapse", // several services; two recipe versions of one program
		"minio",          // an object of 1 GiB; two recipe versions of one program
		"n8n",            // no external database: 2.40.5 to 2.41.1, with its migrations of an SQLite
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newMachine(t).reaches(planOf(name), result.Top)
		})
	}
}

// Of a recipe that declares nothing, a table is written into its real database, saved by its own hooks
// and restored by them: in place, and into a fresh deployment.
func TestGenericDatabases(t *testing.T) {
	t.Parallel()
	for name, recipe := range map[string]string{"postgres": "dex", "mariadb": "maria"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nothing := edited(t, planOf(recipe), func(p *plan.Plan) {
				p.State = plan.State{Generic: true, Write: []plan.Step{}, Verify: []plan.Step{}, Change: []plan.Step{}}
			})
			e := newMachine(t).run("run", "--plan", nothing, "--stage", "backup").want(t, 0)
			i := slices.IndexFunc(e.result.Stages, func(s result.Stage) bool { return s.Name == "backup" })
			var passed []string
			for _, s := range e.result.Stages[i].Steps {
				if s.What == "table in the database of service db" && s.Outcome == result.Pass {
					passed = append(passed, s.Place)
				}
			}
			if got := strings.Join(passed, " "); got != "state.write[0] state.verify[0] state.change[0] state.verify[0] state.verify[0]" {
				t.Errorf("what was done to the table: got %s\n%s", got, e.stdout)
			}
		})
	}
}
