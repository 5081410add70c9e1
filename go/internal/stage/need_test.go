package stage

import (
	"errors"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

func TestDependencyIsNeverTheRecipesFault(t *testing.T) {
	n := plan.Need{Name: "idp", Plan: &plan.Plan{Recipe: "dex"}}
	err := Dependency(n, result.Fault(errors.New("never healthy")))
	if got := result.OutcomeOf(err); got != result.Error {
		t.Errorf("outcome: want error, got %s", got)
	}
	if want := "the dependency idp (recipe dex): never healthy"; err.Error() != want {
		t.Errorf("want %q, got %q", want, err)
	}
	if !errors.Is(Dependency(n, step.ErrPlan), step.ErrPlan) {
		t.Error("a mistake in the plan is not recognised any more")
	}
}

func TestSetupsPagesBeginAtTheDependency(t *testing.T) {
	n := plan.Need{Name: "idp", Setup: []plan.Step{
		{HTTP: &plan.HTTP{Path: "/clients"}},
		{Browser: []plan.BrowserStep{{Goto: "/login"}, {Goto: "${base}/"}, {Click: &plan.At{CSS: "a"}}}},
	}}
	got := onIt(n)
	if got[0].Browser != nil || got[0].HTTP.Path != "/clients" {
		t.Errorf("the request: %+v", got[0])
	}
	if b := got[1].Browser; b[0].Goto != "${idp.base}/login" || b[1].Goto != "${base}/" || b[2].Click == nil {
		t.Errorf("the walk: %+v", b)
	}
	if n.Setup[1].Browser[0].Goto != "/login" {
		t.Error("the plan was changed")
	}
}
