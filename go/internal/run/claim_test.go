package run

import (
	"testing"

	"coopcloud.tech/cc-ci/internal/app"
	"coopcloud.tech/cc-ci/internal/event"
	"coopcloud.tech/cc-ci/internal/lock"
	"coopcloud.tech/cc-ci/internal/recipe"
)

// Of two runs that live at the same time none has a name that the other's ends with: its labels could route the other's
// host, and take part in the other's Traefik services (policy: router-host, router-name).
func TestClaim(t *testing.T) {
	const commit = "a1b2c3d4"
	for _, tt := range []struct {
		name, live, recipe string
		pr                 int
		want               string
	}{
		{"alone", "", "docs", 1, "docs-pr1-a1b2c3d.ci.test"},
		{"the same", "docs-pr1-a1b2c3d_ci_test", "docs", 1, "docs-pr1-a1b2c3d-2.ci.test"},
		{"the other ends like it", "lasuite-docs-pr1-a1b2c3d_ci_test", "docs", 1, "docs-pr1-a1b2c3d-2.ci.test"},
		{"it ends like the other", "docs-pr1-a1b2c3d_ci_test", "lasuite-docs", 1, "lasuite-docs-pr1-a1b2c3d-2.ci.test"},
		{"within a word", "gdocs-pr1-a1b2c3d_ci_test", "docs", 1, "docs-pr1-a1b2c3d-2.ci.test"},
		{"another pull request", "lasuite-docs-pr2-a1b2c3d_ci_test", "docs", 1, "docs-pr1-a1b2c3d.ci.test"},
		{"another end", "docs-pr1-a1b2c3d_ci_test", "drive", 1, "drive-pr1-a1b2c3d.ci.test"},
		{"another domain", "lasuite-docs-pr1-a1b2c3d_my-ci_test", "docs", 1, "docs-pr1-a1b2c3d.ci.test"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			locks, err := lock.Open(t.TempDir(), "swarm")
			if err != nil {
				t.Fatal(err)
			}
			if tt.live != "" {
				if _, err := locks.Take(tt.live); err != nil {
					t.Fatal(err)
				}
			}
			s := &session{locks: locks, printer: event.Many{}}
			defer func() { release(s.held) }()
			a, n := &app.App{}, recipe.Naming{Recipe: tt.recipe, PR: tt.pr, Commit: commit, CIDomain: "ci.test"}
			err = s.claim(t.Context(), a, &n, func() error { a.Names, err = n.Make(); return err })
			if err != nil || a.Names.Domain != tt.want {
				t.Errorf("expected %s, found %s, %v", tt.want, a.Names.Domain, err)
			}
			if _, err := locks.Take(a.Names.Stack); err == nil {
				t.Errorf("%s is not held", a.Names.Stack)
			}
			if len(s.res.Notices) > 0 != (n.Again > 1) {
				t.Errorf("notices: %q", s.res.Notices)
			}
		})
	}
}
