package report

import (
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// Wherever a result is shown, one of a stand-in says so.
func TestAStandInIsNamedEverywhere(t *testing.T) {
	r := result.Result{
		Schema: result.Schema, ID: "20261126-170000-0a0b0c0d", Recipe: "hedgedoc", Outcome: result.Pass, Level: &result.Level{Reached: 5},
		Started: time.Unix(0, 0), Ended: time.Unix(30, 0), Stages: []result.Stage{{Name: "install", Outcome: result.Pass}},
		Identity: result.Identity{StandIn: "hedgedoc: a program of ours", Commit: strings.Repeat("a", 40)},
	}
	var screen, page, junit strings.Builder
	for _, err := range []error{Summary(&screen, Terminal{}, r, ""), HTML(&page, r, nil), JUnit(&junit, r)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for form, text := range map[string]string{"summary": screen.String(), "page": page.String()} {
		for _, want := range []string{"STAND-IN GREEN", "The STAND-IN of hedgedoc aaaaaaa (hedgedoc: a program of ours) passed"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: expected %q, found none in\n%s", form, want, text)
			}
		}
	}
	if want := `name="stand-in" value="hedgedoc: a program of ours"`; !strings.Contains(junit.String(), want) {
		t.Errorf("junit: expected %q, found none", want)
	}
}
