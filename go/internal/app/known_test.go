package app

import (
	"errors"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/step"
)

func TestFill(t *testing.T) {
	a := App{Run: "r1", Plan: &plan.Plan{Recipe: "demo"}, Names: recipe.Names{Domain: "demo.test", Stack: "demo_test"}, Given: map[string]step.Value{
		"idp.base": {Text: "https://idp.test"}, "idp.client_secret": {Text: "s3cret", Secret: true},
	}}
	for template, want := range map[string]string{
		"${base}/callback":          "https://demo.test/callback",
		"${idp.base}/realms/${run}": "https://idp.test/realms/r1",
		"${stack}_db ${recipe}":     "demo_test_db demo",
		"${idp.client_id}":          "idp-client_id", // not saved yet
		"$${domain}":                "${domain}",
	} {
		if got, err := a.fill(template); err != nil || got != want {
			t.Errorf("%s: want %q, got %q, %v", template, want, got, err)
		}
	}
	if got, err := a.fill("x${idp.client_secret}"); !errors.Is(err, step.ErrPlan) {
		t.Errorf("a secret: want a mistake in the plan, got %q, %v", got, err)
	}
}

// Pages and steps may go from one of the run's apps to the other; its own routes stay its own.
func TestReach(t *testing.T) {
	a := App{Plan: &plan.Plan{Hosts: []string{"office-${domain}"}}, Names: recipe.Names{Domain: "demo.test"}, Beside: []string{"idp.test"}}
	for _, tt := range []struct{ path, want string }{
		{"/x", "https://demo.test/x"},
		{"https://office-demo.test/", "https://office-demo.test/"},
		{"https://idp.test/token", "https://idp.test/token"},
		{"https://other.test/", ""},
		{"http://idp.test/", ""},
	} {
		got, err := a.URL(tt.path)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: want %q, got %q, %v", tt.path, tt.want, got, err)
		}
	}
	if own := a.own().Hosts; len(own) != 2 {
		t.Errorf("for the policy: want the app's own two hosts, got %v", own)
	}
}
