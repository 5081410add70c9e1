// Package doctor looks at a machine and says row by row what a run needs and
// whether it is there, with what to do where it isn't.
//
// Contract: it changes nothing and starts nothing that it doesn't end. A row is
// judged by doing what a run would do, not by the presence of a file.
package doctor

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"coopcloud.tech/cc-ci/internal/abra"
	"coopcloud.tech/cc-ci/internal/app"
	"coopcloud.tech/cc-ci/internal/browser"
	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// Verdict is what a row found.
type Verdict string

// The verdicts.
const (
	Right Verdict = "right"
	Wrong Verdict = "wrong"
)

// Row is one thing that a run needs.
type Row struct {
	Name    string
	Verdict Verdict
	Seen    string // what was found
	Todo    string // for a wrong one, where Seen doesn't say it
}

// Check looks at everything that a run on s needs. Each look has its own limit.
func Check(ctx context.Context, s site.Site) []Row {
	var rows []Row
	for _, look := range []struct {
		name string
		look func(context.Context, site.Site) (string, error)
		todo string
	}{
		{"swarm", lookSwarm, "start the engine and make it a swarm (`docker swarm init`), or name another by `docker` in the site file"},
		{"network", lookNetwork, "once there is a swarm: `docker network create -d overlay --attachable " + s.Network + "`"},
		{"router", lookRouter, "deploy Traefik with a certificate for *." + s.Domain + ", or say by `router.address` in the site file where it is"},
		{"abra", lookAbra, "put abra on PATH, or name it by `abra` in the site file"},
		{"registries", lookRegistries, "mend the file, or remove it: pulls are anonymous then"},
		{"browser", lookBrowser, "name Chromium, Node.js and playwright-core's folder by `browser` in the site file; where Nix reaches nixpkgs, `nix run .#test-<recipe>` brings them"},
		{"state", lookState, "name a folder that this user may write by `state` in the site file"},
	} {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		seen, err := look.look(ctx, s)
		cancel()
		row := Row{Name: look.name, Verdict: Right, Seen: seen}
		if err != nil {
			row.Verdict, row.Seen, row.Todo = Wrong, err.Error(), look.todo
		}
		rows = append(rows, row)
	}
	return rows
}

// Print writes rows as a table and tells whether all are right.
func Print(w io.Writer, rows []Row) bool {
	ok := true
	for _, r := range rows {
		fmt.Fprintf(w, "%-7s  %-11s  %s\n", r.Verdict, r.Name, r.Seen)
		if r.Todo != "" {
			fmt.Fprintf(w, "%20s  to do: %s\n", "", r.Todo)
		}
		ok = ok && r.Verdict == Right
	}
	return ok
}

func lookSwarm(ctx context.Context, s site.Site) (string, error) {
	e, err := swarm.Connect(ctx, s.Docker)
	if err != nil {
		return "", err
	}
	defer e.Close()
	return fmt.Sprintf("%s, swarm %s, at %s", e.Version(), e.ID(), s.Docker), nil
}

func lookNetwork(ctx context.Context, s site.Site) (string, error) {
	e, err := swarm.Connect(ctx, s.Docker)
	if err != nil {
		return "", err
	}
	defer e.Close()
	ok, err := e.HasNetwork(ctx, s.Network)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fmt.Errorf("no network %q", s.Network)
	}
	return s.Network, nil
}

// lookRouter asks for a name that no app has: the certificate must verify for it,
// and the answer must be the router's own 404.
func lookRouter(ctx context.Context, s site.Site) (string, error) {
	client, err := app.HTTPClient(s)
	if err != nil {
		return "", err
	}
	url := fmt.Sprintf("https://nobody-%d.%s/", os.Getpid(), s.Domain)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		return "", fmt.Errorf("GET %s: expected the router's 404, found %d", url, resp.StatusCode)
	}
	return fmt.Sprintf("%s serves *.%s with a certificate that verifies", s.Router.Name, s.Domain), nil
}

func lookAbra(ctx context.Context, s site.Site) (string, error) {
	return abraVersion(ctx, s.Abra, s.Docker)
}

func abraVersion(ctx context.Context, path, docker string) (string, error) {
	dir, err := os.MkdirTemp("", "cc-ci-doctor-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	return abra.CLI{Path: path, Dir: dir, Docker: docker}.Version(ctx)
}

func lookBrowser(ctx context.Context, s site.Site) (string, error) {
	return browser.Doctor(ctx, s.Browser)
}

func lookState(_ context.Context, s site.Site) (string, error) {
	if err := os.MkdirAll(s.State, 0o700); err != nil {
		return "", err
	}
	return s.State, nil
}
