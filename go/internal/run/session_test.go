package run

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/redact"
	"coopcloud.tech/cc-ci/internal/result"
)

// dockerConfig has this process find a config.json of docker with that text.
func dockerConfig(t *testing.T, text string) (file string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("DOCKER_CONFIG", dir)
	file = filepath.Join(dir, "config.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// The operator's credentials of registries are in no log, neither as they are nor as docker's config.json writes them.
func TestCredentialsAreMasked(t *testing.T) {
	auth := base64.StdEncoding.EncodeToString([]byte("me:correct-horse-battery"))
	dockerConfig(t, `{"auths": {"quay.io": {"auth": "`+auth+`"}}}`)
	mask := redact.New()
	if _, err := credentials(mask); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"correct-horse-battery", auth} {
		if got := mask.String("pull: " + text); !strings.Contains(got, redact.Label("registry-auth")) || strings.Contains(got, text) {
			t.Errorf("%s: found %s", text, got)
		}
	}
}

// A run with a broken config.json begins nothing, and that is the machine's error.
func TestBrokenCredentials(t *testing.T) {
	file := dockerConfig(t, `{"auths": `)
	if _, err := Run(t.Context(), Config{}, Output{}); err == nil || !strings.Contains(err.Error(), file) || result.OutcomeOf(err) != result.Error {
		t.Errorf("expected an error of the machine that names %s, found %v", file, err)
	}
}
