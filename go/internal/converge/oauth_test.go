package converge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"coopcloud.tech/cc-ci/internal/converge"
	"coopcloud.tech/cc-ci/internal/server"
)

// modelForge is the part of Gitea that the converger speaks to: oauth_forge_test.go walks the same way on the real one.
type modelForge struct {
	sync.Mutex
	apps []map[string]any
	made int
}

func (f *modelForge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.Lock()
	defer f.Unlock()
	if r.URL.Path == "/login/oauth/access_token" {
		f.refuse(w, r)
		return
	}
	if r.Header.Get("Authorization") != "token right" {
		http.Error(w, `{"message":"token does not have at least one of required scope(s)"}`, http.StatusForbidden)
		return
	}
	var asked map[string]any
	if r.Method != http.MethodGet {
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
	}
	switch r.Method {
	case http.MethodGet:
		var shown []map[string]any
		for _, a := range f.apps {
			hidden := map[string]any{}
			maps.Copy(hidden, a)
			hidden["client_secret"] = "" // told once
			shown = append(shown, hidden)
		}
		json.NewEncoder(w).Encode(shown)
	case http.MethodPost:
		f.made++
		asked["id"], asked["client_id"] = f.made, fmt.Sprintf("client-id-%d", f.made)
		f.apps = append(f.apps, asked)
		f.renew(w, asked)
	case http.MethodPatch:
		i := slices.IndexFunc(f.apps, func(a map[string]any) bool { return strings.HasSuffix(r.URL.Path, fmt.Sprintf("/%v", a["id"])) })
		f.apps[i]["redirect_uris"] = asked["redirect_uris"]
		f.renew(w, f.apps[i])
	}
}

func (f *modelForge) renew(w http.ResponseWriter, app map[string]any) {
	f.made++
	app["client_secret"] = fmt.Sprintf("secret-%d-0123456789", f.made)
	w.WriteHeader(http.StatusCreated)
	json.NewEncoder(w).Encode(app)
}

// refuse is the token address, where no code is ever right.
func (f *modelForge) refuse(w http.ResponseWriter, r *http.Request) {
	said := map[string]string{"error": "invalid_client", "error_description": "cannot load client"}
	for _, a := range f.apps {
		if a["client_id"] == r.PostFormValue("client_id") {
			said = map[string]string{"error": "unauthorized_client", "error_description": "invalid client secret"}
			if a["client_secret"] == r.PostFormValue("client_secret") {
				said["error_description"] = "client is not authorized"
			}
		}
	}
	w.WriteHeader(http.StatusBadRequest)
	json.NewEncoder(w).Encode(said)
}

func TestDroneOAuth(t *testing.T) {
	model := new(modelForge)
	s := httptest.NewServer(model)
	defer s.Close()
	walkOAuth(t, s.URL, "right", func() {
		model.Lock()
		defer model.Unlock()
		model.apps = nil
	})
}

// walkOAuth makes the application from nothing and heals each half-made state; remove deletes it on the forge.
func walkOAuth(t *testing.T, url, token string, remove func()) {
	dir := t.TempDir()
	tokenFile := filepath.Join(dir, "token")
	if err := os.WriteFile(tokenFile, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	client := filepath.Join(dir, "drone/client.env")
	s := server.Server{
		Forge: &server.Forge{URL: url, Organisation: "recipes", ApplicationTokenFile: tokenFile},
		Drone: &server.Drone{URL: "https://drone.ci.example.org", Application: "cc-ci drone", ClientFile: client},
	}
	content := func() string {
		b, err := os.ReadFile(client)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	write := func(text string) {
		if err := os.WriteFile(client, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		name   string
		before func()
		want   string // of the deed; empty: nothing to do
	}{
		{"from nothing", func() {}, `make the OAuth2 application "cc-ci drone" for https://drone.ci.example.org/login`},
		{"the client file is gone", func() { os.Remove(client) }, "there was no client file"},
		{"the application was deleted", remove, "make the OAuth2 application"},
		{"the secret is an old one", func() {
			id, _, _ := strings.Cut(content(), "\n")
			write(id + "\nDRONE_GITEA_CLIENT_SECRET=gto_0123456789abcdef\n")
		}, "the forge refused the one in the client file"},
		{"the file is another application's", func() {
			write("DRONE_GITEA_CLIENT_ID=11111111-2222\nDRONE_GITEA_CLIENT_SECRET=gto_0123456789abcdef\n")
		}, "another application's"},
		{"the file is cut short", func() { write(content()[:20]) }, "there was no client file"},
		{"Drone moved", func() { s.Drone.URL = "https://drone2.ci.example.org" }, "it led to [https://drone.ci.example.org/login]"},
		{"others can read it", func() { os.Chmod(client, 0o644) }, "give " + client + " the mode 0600, which had 0644"},
	} {
		t.Run(step.name, func(t *testing.T) {
			step.before()
			if did, err := oauthOnce(s); err != nil || !strings.Contains(did, step.want) {
				t.Errorf("expected %q, found %q, %v", step.want, did, err)
			}
			info, err := os.Stat(client)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("client file: %v, %v", info, err)
			}
			before := content()
			if did, err := oauthOnce(s); err != nil || did != "" || content() != before {
				t.Errorf("again: expected nothing to do, found %q, %v", did, err)
			}
			if !strings.HasPrefix(before, "DRONE_GITEA_CLIENT_ID=") || strings.Count(before, "\n") != 2 {
				t.Errorf("client file: expected two variables, found %q", before)
			}
		})
	}
	t.Run("a token that may not", func(t *testing.T) {
		if err := os.WriteFile(tokenFile, []byte("0123456789abcdef0123456789abcdef01234567"), 0o600); err != nil {
			t.Fatal(err)
		}
		before := content()
		if did, err := oauthOnce(s); err == nil || did != "" || content() != before || strings.Contains(err.Error(), "0123456789abcdef") {
			t.Errorf("expected an error without the token and nothing done, found %q, %v", did, err)
		}
	})
}

func oauthOnce(s server.Server) (string, error) {
	var out, errs bytes.Buffer
	err := converge.DroneOAuth(context.Background(), s, converge.NewReport(&out, &errs))
	return out.String(), err
}
