package report

import (
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/result"
)

func TestVerifiedBy(t *testing.T) {
	whole := &result.Level{Reached: 5}
	for _, tt := range []struct {
		name   string
		run    result.Result
		how    string
		refuse string
	}{
		{"live", result.Result{Outcome: result.Pass, Level: whole}, "live", ""},
		{"a stand-in is never live", result.Result{Outcome: result.Pass, Level: whole, Identity: result.Identity{StandIn: "ours"}}, "stand-in", ""},
		{"red", result.Result{ID: "r1", Recipe: "web", Outcome: result.Fail, Level: whole}, "", "run r1 of web: expected a pass, found FAIL"},
		{"single stages", result.Result{ID: "r1", Recipe: "web", Outcome: result.Pass}, "", "expected one of the whole matrix, found single stages"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := VerifiedBy(tt.run)
			switch {
			case tt.refuse != "" && (err == nil || !strings.Contains(err.Error(), tt.refuse)):
				t.Errorf("want %q, got %v", tt.refuse, err)
			case tt.refuse == "" && (err != nil || v.How != tt.how):
				t.Errorf("want %s, got %s, %v", tt.how, v.How, err)
			}
		})
	}
}
