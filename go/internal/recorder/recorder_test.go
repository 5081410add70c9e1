package recorder

import (
	"os"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/golden"
)

func TestImport(t *testing.T) {
	export, err := os.ReadFile("testdata/login.json")
	if err != nil {
		t.Fatal(err)
	}
	flow, err := Import(export)
	if err != nil {
		t.Fatal(err)
	}
	got := flow.Nix()
	if strings.Contains(got, "hunter2") {
		t.Errorf("a password that was typed is in the flow:\n%s", got)
	}
	if flow.Assertions != 4 {
		t.Errorf("want 4 assertions, got %d", flow.Assertions)
	}
	golden.Compare(t, "testdata/login.nix", got)
}

func TestImportRefuses(t *testing.T) {
	for _, tt := range []struct{ name, export, want string }{
		{"no JSON", "flows = [ ];", "expected the JSON export of Chrome's recorder"},
		{"no steps", `{"title": "x", "steps": []}`, "expected 1 to 10000 steps, found 0"},
		{"an address without a host", `{"steps": [{"type": "navigate", "url": "/login"}]}`, `steps[0] (navigate): expected an address with a host, found "/login"`},
		{"a click on nothing", `{"steps": [{"type": "click"}]}`, "steps[0] (click): expected selectors, found none"},
		{"only XPath", `{"steps": [{"type": "click", "selectors": [["xpath///a"]]}]}`, "expected selectors, found none"},
		{"selectors of another kind", `{"steps": [{"type": "click", "selectors": 5}]}`, "expected the JSON export"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Import([]byte(tt.export)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want %q, got %v", tt.want, err)
			}
		})
	}
}

// Text of a recording can't leave its Nix string or its comment.
func FuzzImport(f *testing.F) {
	export, err := os.ReadFile("testdata/login.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(export)
	f.Fuzz(func(t *testing.T, b []byte) {
		flow, err := Import(b)
		if err != nil {
			return
		}
		for i, line := range strings.Split(strings.TrimSpace(flow.Nix()), "\n") {
			if trimmed := strings.TrimSpace(line); !strings.HasPrefix(trimmed, "#") && !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "}") && !strings.HasPrefix(trimmed, "]") && !strings.HasPrefix(trimmed, "flows.") {
				t.Errorf("line %d: %q", i, line)
			}
		}
	})
}
