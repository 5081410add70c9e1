//go:build forge

package converge_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/gitea"
)

// The same way on a real Gitea: its words for a wrong secret and a wrong code are what the converger goes by.
func TestDroneOAuthForge(t *testing.T) {
	dir := os.Getenv("CC_CI_FORGE")
	if dir == "" {
		t.Fatal("CC_CI_FORGE: expected the folder that checks/forge/up.sh was given, found nothing")
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(b))
	}
	url, token := read("gitea/url"), read("secrets/operator-token")
	forge := gitea.New(url, "recipes", token)
	remove := func() {
		apps, err := forge.Applications(context.Background(), "cc-ci drone")
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range apps {
			if err := forge.RemoveApplication(context.Background(), a.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Cleanup(func() { remove(); forge.Close() })
	remove()
	walkOAuth(t, url, token, remove)
}
