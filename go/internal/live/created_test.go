//go:build live

package live

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A deployer that makes of the compose files what nobody judged: the created services
// are held against the same rules, and the run is red before the app is waited for (P5).
func TestCreatedServicesAreJudged(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	abra := filepath.Join(t.TempDir(), "abra")
	script := "#!/bin/sh\ncase \"$*\" in 'app deploy '*) sed -i 's/^  app:$/&\\n    cap_add: [SYS_ADMIN]/' \"$ABRA_DIR/cc-ci.override.yml\" ;; esac\nexec " + m.Abra + " \"$@\"\n"
	if err := os.WriteFile(abra, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	m.Abra = abra
	e := m.run("run", "--plan", demo, "--stage", "install").want(t, 1)
	if !strings.Contains(e.result.Reason, "policy: capability: created: service app: cap_add[0]") {
		t.Errorf("got reason %q", e.result.Reason)
	}
	if strings.Contains(e.stderr, "waiting for the services") {
		t.Error("the app was waited for")
	}
}
