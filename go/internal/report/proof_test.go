package report

import (
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/result"
)

func TestProofBy(t *testing.T) {
	whole := &result.Level{Reached: 5}
	asked := &result.Build{Key: "41", Repository: "recipes/cc-ci", Number: 3}
	for _, tt := range []struct {
		name, verdict string
		run           result.Result
		refuse        string
	}{
		{"green", "GREEN", result.Result{Outcome: result.Pass, Level: whole, PR: 1, Build: asked}, ""},
		{"a stand-in", "STAND-IN GREEN", result.Result{Outcome: result.Pass, Level: whole, PR: 1, Build: asked, Identity: result.Identity{StandIn: "ours"}}, ""},
		{"red is put down too", "RED", result.Result{Outcome: result.Fail, Level: &result.Level{Reached: 1}, PR: 1, Build: asked}, ""},
		{"nothing was deployed", "ERROR", result.Result{Outcome: result.Error, PR: 1, Build: asked}, ""},
		{"from a shell", "", result.Result{ID: "r1", Recipe: "web", Outcome: result.Pass, Level: whole}, "run r1 of web: expected one that a comment on a pull request started"},
		{"by the sweep", "", result.Result{Level: whole, Build: &result.Build{Key: "sweep-web-1"}}, "expected one that a comment"},
		{"single stages", "", result.Result{Outcome: result.Pass, PR: 1, Build: asked}, "expected one of the whole matrix, found single stages"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := ProofBy(tt.run)
			switch {
			case tt.refuse != "" && (err == nil || !strings.Contains(err.Error(), tt.refuse)):
				t.Errorf("want %q, got %v", tt.refuse, err)
			case tt.refuse == "" && (err != nil || p.Verdict != tt.verdict):
				t.Errorf("want %s, got %s, %v", tt.verdict, p.Verdict, err)
			}
		})
	}
}
