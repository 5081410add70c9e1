package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/site"
)

// A further host that comes a moment later is waited for, one that never comes is the recipe's fault.
func TestReadyWaitsForFurtherHosts(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after int // requests to the further host until it is there
		want  string
	}{
		{"at once", 0, ""},
		{"a moment later", 3, ""},
		{"never", 1 << 20, "ready: GET https://office-notes.ci.test/discovery: expected status [200] within 1s, got status 404"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked := 0
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Host == "office-notes.ci.test" {
					if asked++; asked <= tt.after {
						http.NotFound(w, r)
					}
				}
			}))
			defer server.Close()
			client, err := HTTPClient(site.Site{Router: site.Router{Address: server.Listener.Addr().String()}})
			if err != nil {
				t.Fatal(err)
			}
			client.Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = true
			a := &App{HTTP: client, Names: recipe.Names{Domain: "notes.ci.test"}, Tell: func(string) {}, Plan: &plan.Plan{
				Hosts: []string{"office-${domain}"},
				Ready: plan.Ready{Path: "/", Also: []string{"https://office-${domain}/discovery"}, Status: []int{200}, Timeout: plan.Duration(time.Second)},
			}}
			switch err := a.Ready(t.Context()); {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("want %q, got %v", tt.want, err)
			}
		})
	}
}
