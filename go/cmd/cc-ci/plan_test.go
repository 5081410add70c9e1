package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPlan(t *testing.T) {
	good := "../../internal/plan/testdata/minimal.json"
	b, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, bytes.Replace(b, []byte(`"path": "/"`), []byte(`"pth": "/"`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string // must be contained
	}{
		{"good", []string{"check", good}, exitGreen, "", ""},
		{"bad", []string{"check", bad}, exitUsage, "", bad + ": ready.pth: unknown field `pth`; known here: also, path, status, timeout\nready.path: missing; expected a value\n"},
		{"no such file", []string{"check", "/nonexistent"}, exitUsage, "", "read the plan: open /nonexistent: no such file or directory"},
		{"no file", []string{"check"}, exitUsage, "", "accepts 1 arg(s), received 0"},
		{"unknown flag", []string{"show", "--jsn", good}, exitUsage, "", "unknown flag: --jsn"},
		{"unknown sub-command", []string{"chekc"}, exitUsage, "", `unknown command "chekc"`},
		{"show", []string{"show", good}, exitGreen, "ready     GET / answers one of 200 within 5m\n", ""},
		{"show as JSON", []string{"show", "--json", good}, exitGreen, "  \"recipe\": \"web\",\n", ""},
		{"show bad", []string{"show", bad}, exitUsage, "", "unknown field `pth`"},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdout, stderr, code := execute(append([]string{"plan"}, c.args...)...)
			if code != c.code {
				t.Errorf("exit status: got %d, want %d", code, c.code)
			}
			if !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Errorf("got stdout %q, stderr %q\nwant %q, %q", stdout, stderr, c.stdout, c.stderr)
			}
		})
	}
}
