package stack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestLoad merges files as recipes write them: a second file extends a service, anchors,
// x- fields, defaults, bare names, $$ escapes.
func TestLoad(t *testing.T) {
	dir := t.TempDir()
	first := write(t, filepath.Join(dir, "compose.yml"), `version: "3.8"
x-env: &env {SHARED: "1"}
services:
  app:
    image: ${REGISTRY:-example}:${TAG:-2}
    environment: {<<: *env, BARE: , RULE: "$$HOME"}
    labels: {interval: "${VAR}"}
    configs: [note]
configs: {note: {name: "${STACK_NAME}_note_${NOTE_VERSION}", file: sub/note.txt}}
`)
	second := write(t, filepath.Join(dir, "sub", "compose.db.yml"), `version: "3.8"
services:
  app: {environment: [DB=db], healthcheck: {interval: 3s}}
  db: {image: "postgres:15"}
`)
	write(t, filepath.Join(dir, "sub", "note.txt"), "x")
	config, err := Load(dir, []string{first, second}, map[string]string{"STACK_NAME": "s", "NOTE_VERSION": "v1", "BARE": "yes", "VAR": "v"})
	if err != nil {
		t.Fatal(err)
	}
	if len(config.Services) != 2 || config.Configs["note"].Name != "s_note_v1" {
		t.Fatalf("services %d, configs %v", len(config.Services), config.Configs)
	}
	app := config.Services[0]
	if app.Image != "example:2" {
		t.Errorf("image %s", app.Image)
	}
	for key, want := range map[string]string{"SHARED": "1", "BARE": "yes", "RULE": "$HOME", "DB": "db"} {
		if app.Environment[key] == nil || *app.Environment[key] != want {
			t.Errorf("%s = %v, want %s", key, app.Environment[key], want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"variable in a duration", "services: {app: {image: x, healthcheck: {interval: \"${I}\"}}}", "services.app.healthcheck.interval: Does not match format 'duration'"},
		{"variable deeper down", "services: {app: {image: x, deploy: {update_config: {monitor: \"$M\"}}}}", "services.app.deploy.update_config.monitor"},
		{"no image", "services: {app: {command: x}}", "no image specified"},
		{"unknown field", "services: {app: {image: x, imagee: y}}", "imagee"},
		{"no YAML", "services: [", "compose.yml"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			path := write(t, filepath.Join(dir, "compose.yml"), "version: \"3.8\"\n"+tc.text+"\n")
			if _, err := Load(dir, []string{path}, map[string]string{"I": "1s", "M": "1s"}); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
	if _, err := Load(t.TempDir(), nil, nil); err == nil {
		t.Error("no file at all was accepted")
	}
}
