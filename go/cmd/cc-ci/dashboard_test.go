package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/dashboard/stock"
	"coopcloud.tech/cc-ci/internal/generation"
)

// TestDashboardShowsTheQueue: running builds of recipes first, then the waiting ones in the order
// in which they were asked for; ended ones, those of no recipe, and parameters that are none are left out.
func TestDashboardShowsTheQueue(t *testing.T) {
	store, site, recipes := t.TempDir(), t.TempDir(), t.TempDir()
	for _, name := range []string{"hedgedoc", "_template"} {
		if err := os.Mkdir(filepath.Join(recipes, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	drone := httptest.NewServer(stock.Drone("org/cc-ci"))
	defer drone.Close()
	cmd := rootCmd()
	cmd.SetArgs([]string{"dashboard", "build", "--store", store, "--out", site, "--recipes", recipes,
		"--drone", drone.URL, "--drone-pages", "https://drone.example.org", "--project", "org/cc-ci"})
	cmd.SetOut(io.Discard)
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(site, generation.Current, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	page, at := string(b), 0
	for _, want := range []string{
		"running", `href="./recipe/hedgedoc/"`, "PR 3", "<code>a1b2a1b</code>", `href="https://drone.example.org/org/cc-ci/7"`,
		"waiting", "PR 7", `href="https://drone.example.org/org/cc-ci/8"`, "waiting", "keycloak", `href="https://drone.example.org/org/cc-ci/9"`,
		"never run",
	} {
		i := strings.Index(page[at:], want)
		if i < 0 {
			t.Fatalf("overview: expected %q after\n%s", want, page[:at])
		}
		at += i + len(want)
	}
	for _, not := range []string{"cc-ci/6", "cc-ci/5", "evil", "_template"} {
		if strings.Contains(page, not) {
			t.Errorf("overview: expected no %q", not)
		}
	}
}

// TestDashboardWithoutDrone: a Drone that can't answer fails one build by hand, with its address.
func TestDashboardWithoutDrone(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()
	cmd := rootCmd()
	cmd.SetArgs([]string{"dashboard", "build", "--store", t.TempDir(), "--out", t.TempDir(), "--drone", gone.URL, "--project", "org/cc-ci"})
	if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "is the project active in Drone?") {
		t.Errorf("found %v", err)
	}
}
