//go:build live

package live

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
)

// shortLimits gives the plan with limits that a red run reaches soon.
func shortLimits(t *testing.T, path string) string {
	return edited(t, path, func(p *plan.Plan) {
		p.Limits.Deploy = plan.Duration(15 * time.Second)
		p.Ready.Timeout = plan.Duration(8 * time.Second)
	})
}

// edited gives a changed copy of a plan.
func edited(t *testing.T, path string, change func(*plan.Plan)) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	change(p)
	if b, err = json.Marshal(p); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(out, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}
