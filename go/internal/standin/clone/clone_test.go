package clone

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/ownrepo/repotest"
)

// newRecipe makes a repository with one commit and gives its clone.
func newRecipe(t *testing.T) Clone {
	t.Helper()
	c := At(t.TempDir(), "demo")
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	git(t, c, "init", "-q", "-b", "main")
	write(t, c, "compose.yml", "services: {}\n")
	git(t, c, "add", ".")
	git(t, c, "commit", "-q", "-m", "first")
	return c
}

func git(t *testing.T, c Clone, args ...string) string {
	t.Helper()
	return repotest.Git(t, c.Dir, args...)
}

func write(t *testing.T, c Clone, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.Dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAt(t *testing.T) {
	for recipe, want := range map[string]string{
		"custom-html":                   "/r/custom-html",
		"mygit.org/myorg/cool-recipe":   "/r/mygit_org_myorg_cool-recipe",
		"git.example.com/o/custom-html": "/r/git_example_com_o_custom-html",
	} {
		if got := At("/r", recipe).Dir; got != want {
			t.Errorf("At(%s) = %s, want %s", recipe, got, want)
		}
	}
}

func TestCompare(t *testing.T) {
	want := []string{
		"notaversion", "0.3.0+v1.16.0", "1.0.0+1.9.3", "1.0.0+1.14.3", "1.7.1+1.27.2",
		"2.0.1+1.0.6-social-amd64", "2.0.1+1.0.10-social-amd64", "3.0.9+1.10.7", "3.0.10+1.10.8", "10.0.0+1",
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, Compare)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

func TestVersionsAndLint(t *testing.T) {
	ctx := context.Background()
	c := newRecipe(t)
	hash := git(t, c, "rev-parse", "HEAD")[:8]
	if v, err := c.Latest(ctx); err != nil || v != hash {
		t.Errorf("Latest without tags = %q %v, want %s", v, err, hash)
	}
	git(t, c, "tag", "-a", "-m", "x", "1.0.0+1.9")
	git(t, c, "tag", "-a", "-m", "x", "1.0.0+1.10")
	git(t, c, "tag", "latest") // no version: R014 doesn't look at it
	got, err := c.Versions(ctx)
	if want := []string{"1.0.0+1.9", "1.0.0+1.10"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Versions = %v %v, want %v", got, err, want)
	}
	if err := c.Lint(ctx); err != nil {
		t.Errorf("Lint with annotated tags: %v", err)
	}
	git(t, c, "tag", "0.9.0+1")
	if err := c.Lint(ctx); err == nil || !strings.Contains(err.Error(), "R014") || !strings.Contains(err.Error(), "0.9.0+1") {
		t.Errorf("Lint with a lightweight tag = %v, want R014", err)
	}
}

func TestDirtyTree(t *testing.T) {
	ctx := context.Background()
	c := newRecipe(t)
	hash, _ := c.shortHash(ctx)
	if err := c.Clean(ctx); err != nil {
		t.Errorf("a clean tree was refused: %v", err)
	}
	write(t, c, "untracked", "x")
	if err := c.Clean(ctx); err == nil || !strings.Contains(err.Error(), "locally unstaged changes") {
		t.Errorf("an untracked file gave %v", err)
	}
	if v, err := c.ChaosVersion(ctx); err != nil || v != hash+"+U" {
		t.Errorf("ChaosVersion = %q %v, want %s+U", v, err, hash)
	}
}

func TestCheckout(t *testing.T) {
	ctx := context.Background()
	c := newRecipe(t)
	git(t, c, "tag", "-a", "-m", "x", "1.0.0+1")
	first, _ := c.shortHash(ctx)
	write(t, c, "compose.yml", "services: {app: {}}\n")
	git(t, c, "commit", "-q", "-am", "second")
	if err := c.Checkout(ctx, "1.0.0+1"); err != nil {
		t.Fatal(err)
	}
	if got, _ := c.shortHash(ctx); got != first {
		t.Errorf("HEAD %s, want %s", got, first)
	}
	if err := c.Checkout(ctx, "9.9.9+9"); err == nil || !strings.Contains(err.Error(), "9.9.9+9 not found") {
		t.Errorf("an unknown version gave %v", err)
	}
}

func TestExports(t *testing.T) {
	c := newRecipe(t)
	if got, err := c.Exports(); err != nil || len(got) != 0 {
		t.Errorf("without abra.sh: %v %v", got, err)
	}
	write(t, c, "abra.sh", "#!/bin/bash\nexport A_VERSION=v3\nexport B_VERSION=\"v4\" # why\n  export C=x\n#export D=no\nexport E=$(touch /tmp/never)\nrun() { echo; }\n")
	want := map[string]string{"A_VERSION": "v3", "B_VERSION": "v4", "C": "x", "E": "$(touch /tmp/never)"}
	if got, err := c.Exports(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Exports = %v %v, want %v", got, err, want)
	}
}
