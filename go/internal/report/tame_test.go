package report

import (
	"bytes"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/redact"
	"coopcloud.tech/cc-ci/internal/result"
)

// A secret with colours in its middle must not come together on a page that is made of result.json.
func TestTame(t *testing.T) {
	const secret, coloured = "correct-horse-battery", "pw correct-\x1b[32mhorse-battery\x1b[0m"
	endless := strings.Repeat("x", maxText-10) + coloured
	r := result.Result{
		Schema: result.Schema, Outcome: result.Fail, Reason: coloured, Notices: []string{coloured}, Level: &result.Level{},
		Identity: result.Identity{Version: coloured, Images: map[string]string{"a": coloured}},
		Stages: []result.Stage{{
			Outcome: result.Fail, Steps: []result.Step{{Outcome: result.Fail, Seen: coloured}},
			Services: []result.Service{{Tasks: []string{coloured}, Log: []string{coloured, endless}}},
		}},
		Findings: []result.Finding{{Text: coloured}}, Updates: []result.Update{{Changes: []result.Change{{Is: coloured}}}},
	}
	mask := redact.New()
	if err := mask.Add("password", secret); err != nil {
		t.Fatal(err)
	}
	Tame(&r, mask.String)
	var file bytes.Buffer
	if err := JSON(&file, r); err != nil {
		t.Fatal(err)
	}
	if text := file.String(); strings.Contains(text, "horse") || strings.Contains(text, `\u001b`) || strings.Count(text, redact.Label("password")) != 9 {
		t.Errorf("the secret is not masked nine times:\n%s", text)
	}
	if line := r.Stages[0].Services[0].Log[1]; len(line) > maxText+10 || !strings.HasSuffix(line, "x pw [s [cut]") && !strings.HasSuffix(line, " [cut]") {
		t.Errorf("expected a line that was cut after it was masked, found one of %d characters that ends with %q", len(line), line[len(line)-20:])
	}
}
