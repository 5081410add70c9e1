package stage

import (
	"context"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

// An edge that can't be tried is a gap with a finding, never red, and never silent.
func TestUpgradeGap(t *testing.T) {
	for _, tt := range []struct {
		name string
		deps Deps
		want result.Outcome
	}{
		{"declared", Deps{Plan: &plan.Plan{Upgrade: plan.Upgrade{NotApplicable: "stateless"}}}, result.NotApplicable},
		{"no published version", Deps{Plan: &plan.Plan{Upgrade: plan.Upgrade{NotApplicable: ""}}, Edges: []Edge{{From: "previous", Gap: recipe.ErrNoVersion}}}, result.NotRun},
		{"beside another", Deps{Plan: &plan.Plan{}, Edges: []Edge{{From: "1.0.0+1.0", Beside: true, Gap: recipe.ErrNoVersion}}}, result.Pass},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var rec Record
			err := Upgrade(t.Context(), tt.deps, &rec)
			if got := result.OutcomeOf(err); got != tt.want {
				t.Errorf("want %s, got %s: %v", tt.want, got, err)
			}
			if found := len(rec.Findings); found != len(tt.deps.Edges) {
				t.Errorf("want %d findings, got %v", len(tt.deps.Edges), rec.Findings)
			}
		})
	}
}

// An upgrade that is tried beside another is left out where the run's limit would end it.
func TestNoRoom(t *testing.T) {
	for _, tt := range []struct {
		name          string
		left, slowest time.Duration // left: 0 for no limit
		edges         int
		want          bool
	}{
		{"no limit", 0, time.Hour, 2, false},
		{"enough", time.Hour, 10 * time.Minute, 2, false},
		{"too little", 9 * time.Minute, 10 * time.Minute, 1, true},
		{"too little for what comes after it", 19 * time.Minute, 10 * time.Minute, 2, true},
		{"nothing was tried before", time.Minute, 0, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := t.Context()
			if tt.left > 0 {
				var cancel func()
				ctx, cancel = context.WithTimeout(ctx, tt.left)
				defer cancel()
			}
			if err := noRoom(ctx, tt.slowest, tt.edges); (err != nil) != tt.want {
				t.Errorf("expected a reason: %v, found %v", tt.want, err)
			}
		})
	}
}
