package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/ownrepo/repotest"
)

// clone makes the git repository of a small recipe with one published version.
func clone(t *testing.T, compose string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "notes")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{".env.sample": "TYPE=notes\nDOMAIN=notes.example.com\nCOMPOSE_FILE=compose.yml\n", "compose.yml": compose} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	repotest.Git(t, dir, "init", "--quiet")
	commit(t, dir, "1.0.0+1.2.3")
	return dir
}

// commit makes all that lies in dir a commit, published under the tag where there is one.
func commit(t *testing.T, dir, tag string) {
	t.Helper()
	repotest.Git(t, dir, "add", "--all")
	repotest.Git(t, dir, "commit", "--quiet", "--message", "one")
	if tag != "" {
		repotest.Git(t, dir, "tag", "--annotate", "--message", "one", tag)
	}
}

// What can't be read as a recipe at all has no finding to count, and is not right for that.
func TestRecipeCheckOfNoRecipe(t *testing.T) {
	dir := clone(t, "services: [")
	repotest.Git(t, dir, "rm", "--quiet", ".env.sample")
	repotest.Git(t, dir, "commit", "--quiet", "--message", "two")
	for _, c := range []struct {
		dir, want string
		code      int
	}{
		{dir, "the recipe has no .env.sample", exitRed},
		{filepath.Dir(dir), "expected the git repository of a recipe", exitUsage},
	} {
		if stdout, stderr, code := execute("recipe", "check", c.dir); code != c.code || !strings.Contains(stdout+stderr, c.want) {
			t.Errorf("%s: want %d and %q, got %d: %s%s", c.dir, c.code, c.want, code, stdout, stderr)
		}
	}
}

// sound is a compose file that nothing is to be said of.
const sound = `version: "3.8"
services:
  app:
    image: notes:1.2.3
    healthcheck: {test: ["CMD", "true"]}
    deploy:
      labels: ["coop-cloud.${STACK_NAME}.version=1.0.0+1.2.3"]
`

func TestRecipeCheck(t *testing.T) {
	for _, tt := range []struct {
		name, compose string
		code          int
		want          []string
	}{
		{"sound", sound, exitGreen, []string{"notes 1.0.0+1.2.3 at ", "findings: 0, of them open: 0"}},
		{"lint", strings.ReplaceAll(sound, "notes:1.2.3", "notes"), exitRed, []string{"warn    image-unpinned: service app", "name a version"}},
		{"policy and lint", strings.ReplaceAll(sound, "notes:1.2.3", "notes\n    privileged: true"), exitRed, []string{"refuse  privileged: compose.yml: service app", "image-unpinned"}},
		{"no YAML", "\tx", exitRed, []string{"compose-invalid"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stdout, stderr, code := execute("recipe", "check", clone(t, tt.compose))
			if code != tt.code {
				t.Errorf("want %d, got %d: %s", tt.code, code, stderr)
			}
			for _, part := range tt.want {
				if !strings.Contains(stdout, part) {
					t.Errorf("want %q, got %s", part, stdout)
				}
			}
		})
	}
}

// A change of what is published under the label that it bears: operators have that version, and the engine can't give a config of
// the same name another content.
func TestRecipeCheckOverThePublishedLabel(t *testing.T) {
	const two = `version: "3.8"
services:
  app:
    image: notes:1.3.0
    configs: [c]
    healthcheck: {test: ["CMD", "true"]}
    deploy:
      labels: ["coop-cloud.${STACK_NAME}.version=1.1.0+1.3.0"]
configs:
  c: {name: "${STACK_NAME}_c_${C_VERSION}", file: ./app.conf}
`
	dir := clone(t, sound)
	write := func(files map[string]string) {
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(map[string]string{"compose.yml": two, "app.conf": "a\n", "abra.sh": "export C_VERSION=v1\n"})
	commit(t, dir, "1.1.0+1.3.0")
	write(map[string]string{"app.conf": "b\n"})
	commit(t, dir, "")
	stdout, stderr, code := execute("recipe", "check", dir)
	if code != exitRed {
		t.Errorf("expected %d, found %d: %s", exitRed, code, stderr)
	}
	for _, part := range []string{"config-unversioned: config c", "changed since 1.1.0+1.3.0", "changes since 1.0.0+1.2.3"} {
		if !strings.Contains(stdout, part) {
			t.Errorf("expected %q, found %s", part, stdout)
		}
	}
}

func TestRecipeNew(t *testing.T) {
	from := clone(t, `version: "3.8"
services:
  app:
    image: notes:1.2.3
    volumes: ["data:/data"]
    healthcheck: {test: ["CMD", "curl", "-f", "http://localhost:8080/healthz"]}
    deploy:
      labels:
        - "traefik.http.routers.a.rule=Host(`+"`${DOMAIN}`, `files.${DOMAIN}`"+`)"
volumes: {data: {}}
`)
	recipes := t.TempDir()
	for i, want := range []struct {
		code int
		said string
	}{{exitGreen, "wrote "}, {exitUsage, "is there already: nothing was changed"}} {
		stdout, stderr, code := execute("recipe", "new", "notes", "--from", from, "--recipes", recipes)
		if code != want.code || !strings.Contains(stdout+stderr, want.said) {
			t.Errorf("call %d: want %d and %q, got %d: %s%s", i, want.code, want.said, code, stdout, stderr)
		}
	}
	text, err := os.ReadFile(filepath.Join(recipes, "notes", "default.nix"))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`ready.path = "/healthz";`, `hosts = [ "files-\${domain}" ];`, `category = "stateful";`, `# state.write = [ { exec = { service = "app"`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("want %q, got\n%s", part, text)
		}
	}
}
