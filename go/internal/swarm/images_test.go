package swarm

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	dockerregistry "github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/client"

	"coopcloud.tech/cc-ci/internal/registry"
	"coopcloud.tech/cc-ci/internal/result"
)

// A name that no registry has is the recipe's fault; a registry that can't be reached, or wants to know who asks, is not.
func TestImageOfNobody(t *testing.T) {
	for _, tt := range []struct {
		name, pull string
		status     int // of the pull; 200: the error comes in the stream
		want       result.Outcome
	}{
		{"no such tag", "manifest for nginx:1.99 not found: manifest unknown: manifest unknown", 404, result.Fail},
		{"no such tag, in the stream", "manifest unknown", 200, result.Fail},
		{"no such tag, containerd", `failed to resolve reference "docker.io/library/nginx:1.99": docker.io/library/nginx:1.99: not found`, 200, result.Fail},
		{"no such tag, containerd, unpacked", `failed to pull and unpack image "docker.io/library/nginx:1.99": failed to resolve reference "docker.io/library/nginx:1.99": docker.io/library/nginx:1.99: not found`, 200, result.Fail},
		{"content lost, containerd", `failed to get reader from content store: content digest sha256:0a1b2c3d: not found`, 200, result.Error},
		{"snapshot lost, containerd", `failed to prepare extraction snapshot "extract-1 sha256:0a1b": parent snapshot sha256:4e5f does not exist: not found`, 200, result.Error},
		{"blob lost at the registry, containerd", `failed to copy: httpReadSeeker: failed open: content at https://registry-1.docker.io/v2/library/nginx/blobs/sha256:0a1b not found: not found`, 200, result.Error},
		{"no such repository", "repository name not known to registry", 404, result.Fail},
		{"denied", "pull access denied for x/y, repository does not exist or may require 'docker login': denied", 404, result.Error},
		{"no registry", "Get \"https://registry.example.org/v2/\": dial tcp: lookup registry.example.org: no such host", 500, result.Error},
		{"another server", "error parsing HTTP 404 response body: invalid character 'p' after top-level value: \"404 page not found\"", 500, result.Error},
		{"too many pulls", "toomanyrequests: You have reached your pull rate limit", 500, result.Error},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := answering(t, func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasSuffix(r.URL.Path, "/images/create") {
					w.WriteHeader(http.StatusNotFound)
					json.NewEncoder(w).Encode(map[string]string{"message": "No such image"})
					return
				}
				w.WriteHeader(tt.status)
				json.NewEncoder(w).Encode(map[string]string{"message": tt.pull, "error": tt.pull})
			})
			if _, err := e.Image(t.Context(), "nginx:1.99", registry.Credentials{}); result.OutcomeOf(err) != tt.want || !strings.Contains(err.Error(), "pull nginx:1.99: ") {
				t.Errorf("expected %s, found %v", tt.want, err)
			}
		})
	}
	t.Run("no name", func(t *testing.T) {
		e := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			json.NewEncoder(w).Encode(map[string]string{"message": "invalid reference format: repository name must be lowercase"})
		})
		if _, err := e.Image(t.Context(), "Nginx:1.27", registry.Credentials{}); result.OutcomeOf(err) != result.Fail {
			t.Errorf("found %v", err)
		}
	})
}

// A pull is made with the operator's credentials for the image's registry, and with nobody else's.
func TestImageIsPulledWithCredentials(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("DOCKER_CONFIG", dir)
	text := `{"auths": {
		"https://index.docker.io/v1/": {"username": "me", "password": "hub-password"},
		"registry.example.org": {"username": "me", "password": "own-password"}
	}}`
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	credentials, err := registry.Load()
	if err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]string{"nginx:1.27": "hub-password", "registry.example.org/a/b:1": "own-password", "quay.io/a/b:1": ""} {
		t.Run(ref, func(t *testing.T) {
			asked, there := "none", false
			e := answering(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/images/create") {
					asked, there = r.Header.Get(dockerregistry.AuthHeader), true
					return
				}
				if !there {
					w.WriteHeader(http.StatusNotFound)
				}
				json.NewEncoder(w).Encode(map[string]string{"Id": "sha256:0a1b"})
			})
			if id, err := e.Image(t.Context(), ref, credentials); err != nil || id != "sha256:0a1b" {
				t.Errorf("found %q, %v", id, err)
			}
			auth, err := dockerregistry.DecodeAuthConfig(asked)
			if err != nil || auth.Password != want || (asked == "") != (want == "") {
				t.Errorf("expected the password %q, found %q, %v", want, auth.Password, err)
			}
		})
	}
}

// answering is an engine that answers as the handler does.
func answering(t *testing.T, handler http.HandlerFunc) *Engine {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	api, err := client.NewClientWithOpts(client.WithHost("tcp://"+server.Listener.Addr().String()), client.WithVersion("1.41"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { api.Close() })
	return &Engine{api: api}
}
