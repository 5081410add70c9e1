package recipe

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReleaseNote(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "release"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"1.0.0+1": "First\nrelease.\n", "next": strings.Repeat("long ", 500)} {
		if err := os.WriteFile(filepath.Join(dir, "release", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "release", "2.0.0+1")); err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{"1.0.0+1": "First release.", "": "long ", "2.0.0+1": "long ", "../../etc/passwd": "long "} {
		if got := ReleaseNote(dir, version); !strings.HasPrefix(got, want) || len(got) > maxNote+4 {
			t.Errorf("%q: want %q, got %q", version, want, got)
		}
	}
	if got := ReleaseNote(t.TempDir(), "1.0.0+1"); got != "" {
		t.Errorf("no note: got %q", got)
	}
}
