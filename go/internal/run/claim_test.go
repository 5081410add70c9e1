package run

import (
	"os"
	"path/filepath"
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
				live, err := locks.Take(tt.live)
				if err != nil {
					t.Fatal(err)
				}
				defer live.Release()
			}
			s := &session{locks: locks, printer: event.Many{}}
			s.cfg.Site.Domain = "ci.test"
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

// What no living run holds keeps nobody from a name: a dead run's file, which may be another user's and so stay, and a file of
// another kind, however it is called.
func TestClaimBesideDeadFiles(t *testing.T) {
	for _, file := range []string{"lasuite-docs-pr1-a1b2c3d_ci_test.lock", "docs-pr1-a1b2c3d_ci_test.lock", ".lock", "_ci_test.lock"} {
		t.Run(file, func(t *testing.T) {
			root := t.TempDir()
			locks, err := lock.Open(root, "swarm")
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(root, "swarm", file)
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			s := &session{locks: locks, printer: event.Many{}}
			s.cfg.Site.Domain = "ci.test"
			a, n := &app.App{}, recipe.Naming{Recipe: "docs", PR: 1, Commit: "a1b2c3d4", CIDomain: "ci.test"}
			err = s.claim(t.Context(), a, &n, func() error { a.Names, err = n.Make(); return err })
			if err != nil || a.Names.Domain != "docs-pr1-a1b2c3d.ci.test" {
				t.Errorf("found %s, %v", a.Names.Domain, err)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("what tells of a dead run is gone: %v", err)
			}
			release(s.held)
		})
	}
}
