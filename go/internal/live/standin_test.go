//go:build live

package live

import (
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/result"
)

// A recipe whose repository or images can't be had here is the machine's fault, and the message names the way out; what
// that leads to says everywhere that it is a stand-in.
func TestStandIn(t *testing.T) {
	t.Parallel()
	t.Run("named where the recipe can't be had", func(t *testing.T) {
		t.Parallel()
		m := newMachine(t)
		m.Sources = map[string]string{"custom-html-tiny": "file://" + t.TempDir() + "/gone"}
		e := m.run("run", "--plan", planOf("custom-html-tiny")).want(t, 3)
		if want := "this machine has a stand-in for custom-html-tiny: run it with --stand-in"; !strings.Contains(e.stdout, want) {
			t.Errorf("expected %q, got\n%s", want, e.stdout)
		}
	})
	t.Run("of a recipe that has none", func(t *testing.T) {
		t.Parallel()
		m := newMachine(t)
		m.StandIns = nil
		e := m.run("run", "--plan", planOf("custom-html-tiny"), "--stand-in").want(t, 2)
		if want := "--stand-in: expected one of the recipes that this site has a stand-in for (none), found custom-html-tiny"; !strings.Contains(e.stderr, want) {
			t.Errorf("expected %q, got\n%s", want, e.stderr)
		}
	})
	// The quickest of them, whole; `make test-long` runs all.
	for _, name := range []string{"custom-html-tiny", "cryptpad"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newMachine(t).standsIn(name)
		})
	}
}

// standsIn runs the whole matrix of a recipe's stand-in, which must be green up to the last level and say what it is.
func (m *machine) standsIn(name string) {
	m.t.Helper()
	e := m.run("run", "--plan", planOf(name), "--stand-in").want(m.t, 0)
	if l := e.result.Level; l == nil || l.Reached != result.Top {
		m.t.Errorf("level: want %d, got %v\n%s", result.Top, l, e.stdout)
	}
	if e.result.Identity.StandIn == "" || !strings.Contains(e.stdout, "STAND-IN GREEN") {
		m.t.Errorf("the result doesn't say that it is a stand-in's:\n%s", e.stdout)
	}
}
