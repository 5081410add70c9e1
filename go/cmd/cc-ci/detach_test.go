package main

import (
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/follow"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// TestAsBuild: what a build of Drone tests comes from its parameters and the site alone.
func TestAsBuild(t *testing.T) {
	sha := strings.Repeat("a", 40)
	params := trigger.Params{Recipe: "demo", Ref: sha, PR: 7, Source: "mallory/demo", Comment: "4711"}.Map()
	for _, tt := range []struct {
		name, mirror string
		env          map[string]string
		flags        follow.Request
		source       string
		wrong        string // in the error
	}{
		{"from a shell", "https://git.example/org", map[string]string{}, follow.Request{Ref: "main", Source: "/x"}, "/x", ""},
		{"a fork's commit comes from the mirror too", "https://git.example/org/", params, follow.Request{}, "https://git.example/org/demo.git", ""},
		{"without a mirror the plan says where", "", params, follow.Request{}, "", ""},
		{"a flag beside parameters", "", params, follow.Request{Source: "/x"}, "", "--source"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("DRONE_REPO", "")
			t.Setenv("DRONE_BUILD_NUMBER", "")
			if tt.env[trigger.ParamRef] != "" {
				t.Setenv("DRONE_REPO", "org/cc-ci")
				t.Setenv("DRONE_BUILD_NUMBER", "3")
			}
			for name, v := range tt.env {
				t.Setenv(name, v)
			}
			req := tt.flags
			err := asBuild(&req, "demo", tt.mirror)
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) {
					t.Errorf("expected an error about %q, found %v", tt.wrong, err)
				}
				return
			}
			if err != nil || req.Source != tt.source || req.Build != nil && req.Ref != sha {
				t.Errorf("expected source %q, found %+v, %v", tt.source, req, err)
			}
		})
	}
}
