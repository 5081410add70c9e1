package main

import (
	"testing"

	"github.com/drone/drone-go/drone"
)

func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		name, repos, events, slug, event string
		want                             bool
	}{
		{"no limits", "", "", "a/b", "pull_request", true},
		{"as the module sets them", "org/cc-ci", "push,custom", "org/cc-ci", "custom", true},
		{"a pull request", "org/cc-ci", "push,custom", "org/cc-ci", "pull_request", false},
		{"another repository", "org/cc-ci", "push,custom", "org/notes", "custom", false},
		{"a name that goes on", "org/cc-ci", "", "org/cc-ci-2", "push", false},
		{"a pattern", "org/*", "", "org/notes", "push", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := limits(tt.repos, tt.events)(&drone.Repo{Slug: tt.slug}, &drone.Build{Event: tt.event}); got != tt.want {
				t.Errorf("expected %v, found %v", tt.want, got)
			}
		})
	}
}
