//go:build live

package browser

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// A walk that was to save a secret and did not come so far shows nothing of its pages: nobody knows the value yet.
func TestSecretThatWasNotSaved(t *testing.T) {
	b, dir := start(t)
	const value = "q7Zr1mXw0pLd"
	shows := &plan.Eval{JS: "document.querySelector('h1').textContent = '" + value[:6] + "' + '" + value[6:] + "', 1", Equals: "1"}
	steps, evidence, err := b.Flow(t.Context(), "needs.idp.setup[0].browser", []plan.BrowserStep{
		{Goto: "/"}, {Eval: shows},
		{ExpectText: &plan.ExpectText{At: css("h1"), Text: "nothing like it"}, Timeout: soon},
		{Save: &plan.BrowserSave{At: css("h1"), As: "sealed"}},
	}, known())
	var f *result.Failure
	if !errors.As(err, &f) || strings.Contains(f.Error(), value) || strings.Contains(steps[2].Seen, value) || !strings.Contains(f.Seen, "it may hold the secret sealed") {
		t.Errorf("expected a failure that shows nothing of the page, got %v", err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "evidence")); len(evidence) > 0 || len(left) > 0 {
		t.Errorf("expected no evidence, got %v, %v", evidence, left)
	}
}
