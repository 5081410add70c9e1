package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/certificate/issue"
	"coopcloud.tech/cc-ci/internal/server"
)

var at = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// host is a server whose forge and Drone answer by status; it has no engine.
func host(t *testing.T, status map[string]int) server.Server {
	t.Helper()
	answer := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Date", at.Format(http.TimeFormat))
		for path, code := range status {
			if strings.HasPrefix(r.URL.Path, path) {
				w.WriteHeader(code)
				json.NewEncoder(w).Encode(map[string]string{"message": "no"})
				return
			}
		}
		switch {
		case strings.Contains(r.URL.Path, "/members/"):
			w.WriteHeader(http.StatusNoContent)
		case r.URL.Path == "/login/oauth/access_token":
			w.WriteHeader(http.StatusBadRequest)
			said := map[string]string{"error": "unauthorized_client", "error_description": "client is not authorized"}
			if r.PostFormValue("client_secret") != "right-secret" {
				said["error_description"] = "invalid client secret"
			}
			json.NewEncoder(w).Encode(said)
		case strings.Contains(r.URL.Path, "/contents/"):
			w.Write([]byte(`[{"name":"hedgedoc","type":"dir"},{"name":"_template","type":"dir"}]`))
		default:
			w.Write([]byte(`[]`))
		}
	}
	s := httptest.NewServer(http.HandlerFunc(answer))
	t.Cleanup(s.Close)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cert, key := issue.Files(t, issue.Request{Names: []string{"ci.example.org", "*.ci.example.org"}, From: at.AddDate(0, 0, -1), To: at.AddDate(0, 0, 89)})
	return server.Server{
		Domain: "ci.example.org", Docker: "unix:///nowhere/docker.sock", Abra: "/nowhere/abra", Store: dir,
		Traefik: &server.Traefik{Domain: "traefik.ci.example.org", Certificate: cert, Key: key},
		Backup:  &server.Backup{Domain: "backup.ci.example.org"},
		Forge:   &server.Forge{URL: s.URL, Organisation: "recipes", Bot: "ci-bot", Project: "recipes/cc-ci", TokenFile: file("forge", "token")},
		Drone: &server.Drone{URL: "https://drone.ci.example.org", Local: s.URL, TokenFile: file("drone", "token"),
			ClientFile: file("client.env", "DRONE_GITEA_CLIENT_ID=some-client\nDRONE_GITEA_CLIENT_SECRET=right-secret\n")},
	}
}

// dockerConfig has this process find a config.json of docker with that text.
func dockerConfig(t *testing.T, text string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("DOCKER_CONFIG", dir)
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// row gives what CheckServer says of one thing.
func row(t *testing.T, s server.Server, name string) Row {
	t.Helper()
	for _, r := range CheckServer(context.Background(), s, at, nil) {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no row %s", name)
	return Row{}
}

// A row is something that an operator forgot or that broke, and what is said of it.
func TestServerRows(t *testing.T) {
	for _, c := range []struct {
		name    string
		status  map[string]int
		spoil   func(s *server.Server)
		row     string
		verdict Verdict
		seen    string
	}{
		{"certificate", nil, nil, "certificate", Right, "fullchain.pem with its key"},
		{"no certificate", nil, func(s *server.Server) { s.Traefik.Certificate = "/nowhere/fullchain.pem" }, "certificate", Missing, "put the full chain and its key there"},
		{"another's key", nil, func(s *server.Server) {
			_, s.Traefik.Key = issue.Files(t, issue.Request{Names: []string{"x"}, From: at, To: at.AddDate(1, 0, 0)})
		}, "certificate", Wrong, "expected the key of"},
		{"dates", nil, nil, "its dates", Right, "until 2027-02-23"},
		{"names", nil, nil, "its names", Right, "ci.example.org and *.ci.example.org"},
		{"names of another domain", nil, func(s *server.Server) { s.Domain = "other.example.org" }, "its names", Wrong, "does not cover other.example.org, *.other.example.org"},
		{"no engine", nil, nil, "swarm", Wrong, "is docker.service up?"},
		{"no router without an engine", nil, nil, "traefik", Missing, "no swarm"},
		{"no abra", nil, nil, "abra", Wrong, "abra can't be run"},
		{"no credentials of registries", nil, func(*server.Server) { t.Setenv("DOCKER_CONFIG", t.TempDir()) }, "registries", Right, "pulls are anonymous"},
		{"credentials of registries", nil, func(*server.Server) { dockerConfig(t, `{"auths": {"quay.io": {"auth": "bWU6cHc="}}}`) }, "registries", Right, "has credentials for quay.io"},
		{"broken ones", nil, func(*server.Server) { dockerConfig(t, `{"auths": {"quay.io": {"auth": "hush"}}}`) }, "registries", Wrong, `config.json: expected docker's config.json: auths["quay.io"]: expected`},
		{"token", nil, nil, "forge token", Right, "that it may comment was not tried"},
		{"no token", nil, func(s *server.Server) { s.Forge.TokenFile = "/nowhere/token" }, "forge token", Missing, "no token at /nowhere/token; `cc-ci secrets edit`"},
		{"token of too few scopes", map[string]int{"/api/v1/repos/issues": 403}, nil, "forge token", Wrong, "the token needs the scopes read:organization"},
		{"token that others can read", nil, func(s *server.Server) { os.Chmod(s.Forge.TokenFile, 0o644) }, "forge token", Wrong, "expected a file that others can't read"},
		{"member", nil, nil, "membership", Right, "ci-bot is a member of recipes"},
		{"no member", map[string]int{"/api/v1/orgs": 404}, nil, "membership", Wrong, "is no member of recipes"},
		{"bot that can't tell", map[string]int{"/api/v1/orgs": 303}, nil, "membership", Wrong, "the bot is not a member"},
		{"project", nil, nil, "project", Right, "recipes/cc-ci enrols 1 recipes"},
		{"no project", map[string]int{"/api/v1/repos/recipes/cc-ci": 404}, nil, "project", Wrong, "must have the folder recipes/"},
		{"oauth", nil, nil, "oauth", Right, "the forge takes Drone's id and secret"},
		{"no client file", nil, func(s *server.Server) { s.Drone.ClientFile = "/nowhere/client.env" }, "oauth", Missing, "`cc-ci converge drone-oauth` makes it"},
		{"old secret", nil, func(s *server.Server) {
			os.WriteFile(s.Drone.ClientFile, []byte("DRONE_GITEA_CLIENT_ID=a\nDRONE_GITEA_CLIENT_SECRET=old\n"), 0o600)
		}, "oauth", Wrong, "the forge refuses what"},
		{"drone", nil, nil, "drone", Right, "knows recipes/cc-ci"},
		{"drone that refuses", map[string]int{"/api/repos": 401}, nil, "drone", Wrong, "status 401"},
		{"store", nil, nil, "store", Right, ""},
		{"no store", nil, func(s *server.Server) { s.Store = "/nowhere" }, "store", Missing, "no folder /nowhere"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := host(t, c.status)
			if c.spoil != nil {
				c.spoil(&s)
			}
			if r := row(t, s, c.row); r.Verdict != c.verdict || !strings.Contains(r.Seen, c.seen) {
				t.Errorf("expected %s with %q, found %s: %s", c.verdict, c.seen, r.Verdict, r.Seen)
			}
		})
	}
}

// A baseline has every part, those of programs that aren't there too.
func TestBaseline(t *testing.T) {
	t.Setenv("PATH", "/usr/bin:/bin")
	var out bytes.Buffer
	if err := WriteBaseline(context.Background(), &out, at); err != nil {
		t.Fatal(err)
	}
	for _, p := range baseline {
		if !strings.Contains(out.String(), "## "+p.title+"\n") {
			t.Errorf("no part %s", p.title)
		}
	}
	if !strings.Contains(out.String(), "Linux") || !strings.HasPrefix(out.String(), "# Baseline of 2026-11-26 12:00 UTC\n") {
		t.Error(out.String())
	}
}
