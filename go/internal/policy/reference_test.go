package policy

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write docs/reference/policy.md")

func TestReference(t *testing.T) {
	const page = "../../../docs/reference/policy.md"
	if *update {
		if err := os.MkdirAll("../../../docs/reference", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(page, []byte(Reference()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != Reference() {
		t.Errorf("%s is not what the table says: go test ./internal/policy -update", page)
	}
}

func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Table() {
		if seen[r.ID] || r.What == "" || r.Why == "" || r.Mend == "" {
			t.Errorf("rule %q: twice, or without what, why or mend", r.ID)
		}
		seen[r.ID] = true
		if r.Severity != Refuse && r.Severity != Warn && r.Severity != Info {
			t.Errorf("rule %s: severity %q", r.ID, r.Severity)
		}
	}
}
