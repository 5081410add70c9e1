package bridge

import (
	"testing"

	"coopcloud.tech/cc-ci/internal/result"
)

func TestStateOf(t *testing.T) {
	for name, tt := range map[string]struct {
		outcome result.Outcome
		standIn string
		want    string
	}{
		"green":             {result.Pass, "", "success"},
		"green, a stand-in": {result.Pass, "a small server of notes", "warning"},
		"red":               {result.Fail, "", "failure"},
		"red, a stand-in":   {result.Fail, "a small server of notes", "failure"},
		"a machine's fault": {result.Error, "", "error"},
	} {
		t.Run(name, func(t *testing.T) {
			got := stateOf(result.Result{Outcome: tt.outcome, Identity: result.Identity{StandIn: tt.standIn}})
			if got != tt.want {
				t.Errorf("expected %s, found %s", tt.want, got)
			}
		})
	}
}
