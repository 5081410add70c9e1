package apiclient

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadSecret(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		mode       os.FileMode
		want, err  string
	}{
		{"a line", "s3cret\n", 0o600, "s3cret", ""},
		{"for the group", " s3cret ", 0o640, "s3cret", ""},
		{"for everybody", "s3cret", 0o644, "", "found mode 0644"},
		{"empty", "\n", 0o600, "", "found 0 characters"},
		{"two lines", "s3cret\nmore", 0o600, "", "expected one line"},
		{"long", strings.Repeat("s", maxToken+1), 0o600, "", "at most 4096"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "token")
			if err := os.WriteFile(path, []byte(tt.text), tt.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, tt.mode); err != nil {
				t.Fatal(err)
			}
			got, err := ReadSecret(path)
			if got != tt.want || (err != nil) != (tt.err != "") {
				t.Errorf("found %q, %v", got, err)
			}
			if err != nil && (!strings.Contains(err.Error(), tt.err) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "s3cret")) {
				t.Errorf("expected %q about %s and no secret, found %v", tt.err, path, err)
			}
		})
	}
	t.Run("no file", func(t *testing.T) {
		if _, err := ReadSecret(filepath.Join(t.TempDir(), "none")); err == nil {
			t.Error("expected an error")
		}
	})
}
