//go:build live && long

package live

import (
	"os"
	"path/filepath"
	"testing"

	"coopcloud.tech/cc-ci/internal/result"
)

// Run by `make test-long`: every stand-in, with its whole matrix.
func TestAllStandIns(t *testing.T) {
	t.Parallel()
	for _, name := range standIns(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newMachine(t).standsIn(name)
		})
	}
}

// standIns are the recipes that have one, by the folder of the bundled recipes.
func standIns(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "checks", "recipes", "*", "stand-in"))
	if err != nil || len(files) == 0 {
		t.Fatalf("expected stand-ins in checks/recipes, found none (%v)", err)
	}
	var names []string
	for _, f := range files {
		if _, err := os.Stat(filepath.Join(root, "recipes", filepath.Base(filepath.Dir(f)))); err != nil {
			t.Errorf("a stand-in for no recipe: %v", err)
			continue
		}
		names = append(names, filepath.Base(filepath.Dir(f)))
	}
	return names
}

// The recipe whose Caddy ends TLS: the router passes it through, and a real personal data server answers.
func TestTLSPassthrough(t *testing.T) {
	t.Parallel()
	e := newMachine(t).run("run", "--plan", planOf("bluesky-pds")).want(t, 0)
	if l := e.result.Level; l == nil || l.Reached != result.Top || e.result.Identity.StandIn != "" {
		t.Errorf("level: want %d, live, got %v\n%s", result.Top, l, e.stdout)
	}
}
