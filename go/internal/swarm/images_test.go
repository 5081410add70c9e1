package swarm

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/docker/docker/client"

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
			if _, err := e.Image(t.Context(), "nginx:1.99"); result.OutcomeOf(err) != tt.want || !strings.Contains(err.Error(), "pull nginx:1.99: ") {
				t.Errorf("expected %s, found %v", tt.want, err)
			}
		})
	}
	t.Run("no name", func(t *testing.T) {
		e := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			json.NewEncoder(w).Encode(map[string]string{"message": "invalid reference format: repository name must be lowercase"})
		})
		if _, err := e.Image(t.Context(), "Nginx:1.27"); result.OutcomeOf(err) != result.Fail {
			t.Errorf("found %v", err)
		}
	})
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
