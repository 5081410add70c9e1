package recipe

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStandIn(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"one line", "a program of ours\n", "a program of ours"},
		{"only the first", "one\ntwo\n", "one"},
		{"empty", "", "it doesn't say with what"},
		{"control characters", "\x1b[31mred\n", "[31mred"},
		{"long", strings.Repeat("x", 1000), strings.Repeat("x", 200)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, StandInFile), []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := StandIn(dir); err != nil || got != tt.want {
				t.Errorf("want %q, got %q, %v", tt.want, got, err)
			}
		})
	}
	if got, err := StandIn(t.TempDir()); err != nil || got != "" {
		t.Errorf("an ordinary recipe: got %q, %v", got, err)
	}
	outside := t.TempDir()
	if err := os.Symlink("/etc/hostname", filepath.Join(outside, StandInFile)); err != nil {
		t.Fatal(err)
	}
	if got, err := StandIn(outside); err == nil {
		t.Errorf("a link out of the checkout was followed: %q", got)
	}
}
