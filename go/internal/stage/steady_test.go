package stage

import (
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/finding"
)

// A service that ended with status 0 is told; only where the published version's still ran it keeps the recipe from the last level.
func TestUnsaidEnds(t *testing.T) {
	for _, tt := range []struct {
		name        string
		now, before map[string]bool
		want        string // the severity
	}{
		{"runs", map[string]bool{"worker": false}, nil, ""},
		{"ended, freshly installed", map[string]bool{"worker": true}, nil, finding.Info},
		{"ended before as well", map[string]bool{"worker": true}, map[string]bool{"worker": true}, finding.Info},
		{"new in this version", map[string]bool{"worker": true}, map[string]bool{"app": false}, finding.Info},
		{"ran before", map[string]bool{"worker": true}, map[string]bool{"worker": false}, finding.Warn},
		{"gone", map[string]bool{}, map[string]bool{"worker": false}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found, severity := unsaidEnds(tt.now, tt.before), ""
			for _, f := range found {
				severity += f.Severity
				if told := strings.Contains(f.Text, "was still running when the new one was deployed"); told != (tt.want == finding.Warn) {
					t.Errorf("why it is of that severity: %s", f.Text)
				}
			}
			if severity != tt.want {
				t.Errorf("expected %q, found %+v", tt.want, found)
			}
		})
	}
}
