//go:build live

package live

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// remove as the new text takes the file away.
const remove = "\x00remove"

// edit changes one file of a recipe: each pair of old and new text must be found.
type edit struct {
	file string
	old  string
	new  string
}

// variant makes a git repository of the demo recipe's newest version with some
// edits and gives its URL. A file that doesn't exist yet is made, executable where it begins with #!.
func variant(t *testing.T, edits ...edit) string {
	t.Helper()
	return repository(t, version{"main", "", edits})
}

// version is one of the demo recipe's, edited, and the tag that publishes it; empty: none.
type version struct {
	name, tag string
	edits     []edit
}

// repository makes a git repository of versions of the demo recipe, oldest first, and gives its URL.
func repository(t *testing.T, versions ...version) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "recipe")
	git(t, dir, "init", "-q", "-b", "main")
	for _, v := range versions {
		commit(t, dir, v.name, v.edits)
		if v.tag != "" {
			git(t, dir, "tag", "-a", "-m", v.tag, v.tag)
		}
	}
	return "file://" + dir
}

// history makes a git repository of all versions of the demo recipe, the published
// ones tagged, with some edits to the last published one and some to the newest.
func history(t *testing.T, published, newest []edit) string {
	t.Helper()
	return repository(t, version{"1.0.0+1.0.0", "1.0.0+1.0.0", nil}, version{"1.1.0+2.0.0", "1.1.0+2.0.0", published}, version{"main", "", newest})
}

// commit makes one version of the demo recipe, edited, the repository's next commit.
func commit(t *testing.T, dir, version string, edits []edit) {
	t.Helper()
	git(t, dir, "rm", "-rqf", "--ignore-unmatch", ".")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "checks/recipes/demo", version))); err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		e.apply(t, dir)
	}
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", version)
}

func (e edit) apply(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, e.file)
	if e.new == remove {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		return
	}
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
	mode := os.FileMode(0o644)
	if strings.HasPrefix(text, "#!") {
		mode = 0o755
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@localhost"}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// on gives a machine on which the demo comes from that repository.
func on(t *testing.T, source string) *machine {
	t.Helper()
	m := newMachine(t)
	m.Sources["demo"] = source
	return m
}
