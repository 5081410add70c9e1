//go:build live

package live

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
)

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
