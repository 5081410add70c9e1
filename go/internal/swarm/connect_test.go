package swarm

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// An engine that manages no swarm is told apart from one that is only too busy to say: the second needs no `swarm init`.
func TestConnectSaysWhy(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		info   string
		want   string
		not    string
	}{
		{"no swarm", 200, `{"Swarm":{"LocalNodeState":"inactive"}}`, "docker swarm init", "did not say"},
		{"busy", 503, `{"message":"context deadline exceeded"}`, "it did not say: Error response from daemon: context deadline exceeded", "swarm init"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Api-Version", "1.41")
				if !strings.HasSuffix(r.URL.Path, "/info") {
					fmt.Fprint(w, `{}`)
					return
				}
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.info)
			}))
			defer s.Close()
			_, err := Connect(t.Context(), "tcp"+strings.TrimPrefix(s.URL, "http"))
			if !errors.Is(err, ErrNoSwarm) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), tt.not) {
				t.Errorf("expected %q and not %q, found %v", tt.want, tt.not, err)
			}
		})
	}
}
