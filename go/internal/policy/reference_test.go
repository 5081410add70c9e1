package policy

import (
	"testing"

	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/golden"
)

func TestReference(t *testing.T) {
	golden.Compare(t, "../../../docs/reference/policy.md", reference())
}

func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range table {
		if seen[r.ID] || r.What == "" || r.Why == "" || r.Mend == "" {
			t.Errorf("rule %q: twice, or without what, why or mend", r.ID)
		}
		seen[r.ID] = true
		if r.Severity != finding.Refuse && r.Severity != finding.Warn && r.Severity != finding.Info {
			t.Errorf("rule %s: severity %q", r.ID, r.Severity)
		}
	}
}
