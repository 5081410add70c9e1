//go:build live

package live

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// edit changes one file of a recipe: each pair of old and new text must be found.
type edit struct {
	file string
	old  string
	new  string
}

// variant makes a git repository of the demo recipe's newest version with some
// edits and gives its URL. A file that doesn't exist yet is made.
func variant(t *testing.T, edits ...edit) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "recipe")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "checks/recipes/demo/main"))); err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		path := filepath.Join(dir, e.file)
		b, err := os.ReadFile(path)
		if err != nil && e.old != "" {
			t.Fatal(err)
		}
		if e.old != "" && !strings.Contains(string(b), e.old) {
			t.Fatalf("%s: no %q to replace", e.file, e.old)
		}
		text := e.new
		if e.old != "" {
			text = strings.Replace(string(b), e.old, e.new, 1)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"},
		{"-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-q", "-m", "variant"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	return "file://" + dir
}

// on gives a machine on which the demo comes from that repository.
func on(t *testing.T, source string) *machine {
	t.Helper()
	m := newMachine(t)
	m.Sources["demo"] = source
	m.leavesNothing()
	return m
}
