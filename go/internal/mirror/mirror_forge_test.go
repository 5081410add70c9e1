//go:build forge

package mirror_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The same way on a real Gitea: the operator writes, the bot may only read.
func TestMirrorForge(t *testing.T) {
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
	w := &world{t: t, url: read("gitea/url"), token: read("secrets/operator-token"), reader: read("secrets/ci-bot-token"), name: "mirrored"}
	remove := func() {
		req, err := http.NewRequest(http.MethodDelete, w.url+"/api/v1/repos/recipes/"+w.name, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "token "+w.token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	remove()
	t.Cleanup(remove)
	w.walk()
}
