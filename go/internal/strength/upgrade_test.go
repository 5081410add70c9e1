package strength

import "testing"

// An engine that rolls back would show another fault than lost data: an app that ends before its new database answers.
func TestDataLostIsNotRolledBack(t *testing.T) {
	b := opened(t, demo(t), "../../../checks/recipes/demo/main")
	c := copied(t, b, Mutation{ID: "data-lost"})
	if err := dataLost(c); err != nil {
		t.Fatal(err)
	}
	update := child(child(c.tree.service("app")[0], "deploy"), "update_config")
	if update["failure_action"] != "continue" || update["order"] != "stop-first" {
		t.Errorf("got %v", update)
	}
}
