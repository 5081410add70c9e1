//go:build live

package live

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
)

// read gives a plan.
func read(t *testing.T, path string) *plan.Plan {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// edited gives a changed copy of a plan.
func edited(t *testing.T, path string, change func(*plan.Plan)) string {
	t.Helper()
	p := read(t, path)
	change(p)
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(out, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}
