package strength

import (
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
)

// Half of what is saved may lie in another service: the dump stays, since without it a restore's hook would fail.
func TestRestoreHalfOfTwoServices(t *testing.T) {
	p := demo(t)
	p.Recipe = "matrix-synapse"
	b := opened(t, p, "../../../checks/recipes/matrix-synapse/1.1.0+v1.160.0")
	c := copied(t, b, Mutation{ID: "restore-half"})
	if err := restoreHalf(c); err != nil {
		t.Fatal(err)
	}
	_, path := c.tree.label("app", "backupbot.backup.volumes.data.path")
	out, _ := c.tree.label("app", "backupbot.backup.volumes.data")
	dump, _ := c.tree.label("db", "backupbot.backup.volumes.postgres.path")
	if path || out != "false" || dump != "backup.sql" {
		t.Errorf("path %v, volume %q, dump %q", path, out, dump)
	}
}

// One change that an assertion sees: without it, the list sees none, and the stage is red.
func TestAssertionDeletedBesideOneChange(t *testing.T) {
	p := demo(t)
	p.State.Change = []plan.Step{{HTTP: &plan.HTTP{Method: "DELETE", Path: "/1"}}}
	b := opened(t, p, "../../../checks/recipes/demo/main")
	for name, want := range map[string]string{"one": "", "two": "change-unseen"} {
		c := copied(t, b, Mutation{ID: name, Want: Want{Stage: "backup", Finding: "change-unseen"}})
		if name == "two" {
			c.Plan.State.Change = append(c.Plan.State.Change, plan.Step{HTTP: &plan.HTTP{Method: "DELETE", Path: "/2"}})
		}
		if err := assertionDeleted(c); err != nil || c.Want.Finding != want {
			t.Errorf("%s: %v, expects the finding %q", name, err, c.Want.Finding)
		}
	}
}
