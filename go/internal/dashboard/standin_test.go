package dashboard

import (
	"testing"

	"coopcloud.tech/cc-ci/internal/ledger"
	"coopcloud.tech/cc-ci/internal/result"
)

// A stand-in's green run says nothing about the recipe: no badge is green by it, and the overview names it.
func TestStandInsProveNothing(t *testing.T) {
	whole := func(standIn string, outcome result.Outcome) ledger.Entry {
		return ledger.Entry{Outcome: outcome, StandIn: standIn, Level: &result.Level{Reached: 5}}
	}
	stage := ledger.Entry{Outcome: result.Pass} // of one stage alone
	for _, tt := range []struct {
		name            string
		runs            []ledger.Entry
		verified, badge string
	}{
		{"never run", nil, "plan", "never run"},
		{"one stage", []ledger.Entry{stage}, "plan", "passing"},
		{"red", []ledger.Entry{whole("", result.Fail)}, "plan", "level 5, failing"},
		{"stand-in", []ledger.Entry{whole("ours", result.Pass)}, "stand-in", "stand-in only"},
		{"red stand-in", []ledger.Entry{whole("ours", result.Fail)}, "plan", "stand-in only"},
		{"live", []ledger.Entry{whole("", result.Pass)}, "live", "level 5"},
		{"stand-in after live", []ledger.Entry{whole("", result.Pass), whole("ours", result.Pass)}, "live", "level 5"},
		{"red stand-in after live", []ledger.Entry{whole("", result.Pass), whole("ours", result.Fail)}, "live", "level 5"},
		{"live red after stand-in", []ledger.Entry{whole("ours", result.Pass), whole("", result.Fail)}, "stand-in", "level 5, failing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := records(tt.runs)
			if got := verified(all); got != tt.verified {
				t.Errorf("verified: want %q, got %q", tt.verified, got)
			}
			if got := levelBadge(all).Message; got != tt.badge {
				t.Errorf("badge: want %q, got %q", tt.badge, got)
			}
		})
	}
}
