package lint

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

// sound is a recipe against which no rule has anything; each row below breaks it.
var sound = map[string]string{
	".env.sample": "DOMAIN=a.test\nSECRET_KEY_VERSION=v1\n",
	"abra.sh":     "export CONF_VERSION=v1\n",
	"app.conf":    "one\n",
	"compose.yml": `version: "3.8"
services:
  app:
    image: registry.test:5000/notes:1.2.3
    secrets: [key]
    configs: [conf]
    volumes: ["data:/data"]
    healthcheck: {test: ["CMD", "true"]}
    deploy:
      labels:
        - "traefik.enable=true"
        - "traefik.http.routers.s.rule=Host(` + "`${DOMAIN}`" + `)"
        - "coop-cloud.${STACK_NAME}.version=1.1.0+2"
        - "backupbot.backup=true"
volumes: {data: {}}
secrets:
  key: {external: true, name: "${STACK_NAME}_key_${SECRET_KEY_VERSION}"}
configs:
  conf: {name: "${STACK_NAME}_conf_${CONF_VERSION}", file: app.conf}
`,
}

// facts reads the sound recipe with one text replaced by another in all files.
func facts(t *testing.T, old, new string) *recipe.Facts {
	t.Helper()
	dir := t.TempDir()
	for name, text := range sound {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.ReplaceAll(text, old, new)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sample, err := os.ReadFile(filepath.Join(dir, ".env.sample"))
	if err != nil {
		t.Fatal(err)
	}
	env, err := recipe.ParseEnv("env", string(sample)+"STACK_NAME=s\n")
	if err != nil {
		t.Fatal(err)
	}
	f, err := recipe.Load(dir, env.Map(), []string{"compose.yml"})
	if err != nil || len(f.Problems) > 0 {
		t.Fatal(err, f.Problems)
	}
	return f
}

const appLine = "services:\n  app:\n"

// beside puts a service db beside the app, on a network where other apps are (proxy) or not.
func beside(network, more string) string {
	return "networks: {proxy: {external: true}, own: {}}\nservices:\n  db: {image: 'db:1.2.3', networks: [" + network + "]}\n  app:\n    networks: [" + network + "]\n    " + more + "\n"
}

func tag(t *testing.T, name, commit string, annotated bool) recipe.Tag {
	t.Helper()
	v, err := recipe.ParseVersion(name)
	if err != nil {
		t.Fatal(err)
	}
	return recipe.Tag{Name: name, Commit: commit, Annotated: annotated, Version: v}
}

func TestRules(t *testing.T) {
	published := tag(t, "1.0.0+1", "a", true)
	fired := map[string]bool{}
	for _, tt := range []struct {
		name     string
		old, new string // replaced in every file
		tags     []recipe.Tag
		want     string // "id: part of the text"; empty: nothing
	}{
		{"sound", "", "", nil, ""},
		{"lightweight", "", "", []recipe.Tag{tag(t, "1.0.0+1", "a", false)}, "lightweight-tag: 1.0.0+1"},
		{"label missing", "coop-cloud.", "other.", nil, "version-label: missing"},
		{"label without a version", "1.1.0+2", "2.0", nil, "version-label: expected X.Y.Z+UPSTREAM"},
		{"label is not the tag", "", "", []recipe.Tag{tag(t, "1.2.0+2", "c", true)}, "version-label: it says 1.1.0+2 and the commit's tag is 1.2.0+2"},
		{"label is older", "", "", []recipe.Tag{tag(t, "1.2.0+2", "a", true)}, "version-label: 1.2.0+2 is published"},
		{"an old release", "", "", []recipe.Tag{tag(t, "1.1.0+2", "c", true), tag(t, "1.2.0+2", "a", true)}, ""},
		{"config changed", "one", "two", nil, "config-unversioned: since 1.0.0+1 and its version is v1"},
		{"variable unset", "notes:1.2.3", "notes:1.2.3${TAIL}", nil, "variable-unset: no default"},
		{"variable with a default", "notes:1.2.3", "notes:1.2.3${TAIL:-}", nil, ""},
		{"ample name", "_conf_", "_" + strings.Repeat("x", 28) + "_", nil, ""},
		{"long name", "_conf_", "_" + strings.Repeat("x", 29) + "_", nil, "name-too-long: 32 characters long, so that a domain can have 31"},
		{"no tag", "notes:1.2.3", "notes", nil, "image-unpinned: registry.test:5000/notes"},
		{"latest", "notes:1.2.3", "notes:latest", nil, "image-unpinned: latest"},
		{"digest", "notes:1.2.3", "notes@sha256:" + strings.Repeat("0", 64), nil, ""},
		{"moving tag", "notes:1.2.3", "notes:0.4", nil, "image-moving: notes:0.4"},
		{"no health check", "healthcheck: {test", "x-gone: {test", nil, "no-health-check: the router s leads to it"},
		{"no replicas", appLine, "services:\n  idle: {image: 'idle:1.2.3', deploy: {replicas: 0}}\n  app:\n", nil, "service-off: replicas: 0"},
		{"bare name in the environment", appLine, beside("proxy", "environment: {DB_HOST: db}"), nil, "bare-service-name: reaches the service db by its bare name: environment DB_HOST"},
		{"bare name in a URL", appLine, beside("proxy", "environment: {DB: 'postgres://u:p@db:5432/x'}"), nil, "bare-service-name: environment DB"},
		{"bare name in a command", appLine, beside("proxy", "command: [serve, --db=http://db/]"), nil, "bare-service-name: command"},
		{"stack's name", appLine, beside("proxy", "environment: {DB_HOST: '${STACK_NAME}_db', URL: 'http://${STACK_NAME}_db:80'}"), nil, ""},
		{"bare name on a network of its own", appLine, beside("own", "environment: {DB_HOST: db}"), nil, ""},
		{"another word", appLine, beside("proxy", "environment: {KIND: db, PATH: '/db:80x', NOTE: mydb:5432}"), nil, ""},
		{"no backup labels", "backupbot.backup=true", "x=y", nil, "no-backup-labels: nothing is ever saved"},
		{"backup switched off", "backupbot.backup=true", "backupbot.backup=false", nil, "no-backup-labels: nothing is ever saved"},
		{"labels of two styles", `backupbot.backup=true"`, "backupbot.backup=true\"\n        - \"backupbot.backup.path=/data\"\n        - \"backupbot.backup.pre-hook=x\"", nil, "backup-labels-mixed: v1 and v2"},
		{"volume left out", "volumes: {data: {}}", "volumes: {data: {}, media: {}}", nil, "volume-left-out: no service"},
		{"volume excluded", `backupbot.backup=true"`, "backupbot.backup=true\"\n        - \"backupbot.backup.volumes.data=false\"", nil, "volume-excluded: leaves it out"},
		{"timeout of a second", `backupbot.backup=true"`, "backupbot.backup=true\"\n        - \"coop-cloud.${STACK_NAME}.timeout=30\"", nil, "slower-than-timeout: its first health check runs after 30s"},
		{"timeout that is ample", `backupbot.backup=true"`, "backupbot.backup=true\"\n        - \"coop-cloud.${STACK_NAME}.timeout=31\"", nil, ""},
		{"backup labels that are new", "", "", nil, "backup-labels-new: 1.0.0+1 has none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			was, is := facts(t, "", ""), facts(t, tt.old, tt.new)
			if strings.HasPrefix(tt.want, "backup-labels-new") {
				was = facts(t, "backupbot.backup=true", "x=y")
			}
			tags := append([]recipe.Tag{published}, tt.tags...)
			in := Input{Facts: is, Commit: "c", Tags: tags, Updates: []Update{{From: published.Name, Old: was, New: is}}}
			id, part, _ := strings.Cut(tt.want, ": ")
			found := Check(in, nil)
			if tt.want == "" {
				if len(found) > 0 {
					t.Errorf("want nothing, got %+v", found)
				}
				return
			}
			hit := slices.ContainsFunc(found, func(f result.Finding) bool { return f.ID == id && strings.Contains(f.Text, part) })
			if !hit {
				t.Errorf("want %s, got %+v", tt.want, found)
			}
			fired[id] = hit
		})
	}
	for _, r := range table {
		if r.Severity != finding.Act && !fired[r.ID] { // those have TestOperatorMustAct
			t.Errorf("rule %s: no row makes it fire", r.ID)
		}
	}
}

func TestExceptions(t *testing.T) {
	in := Input{Facts: facts(t, "healthcheck: {test", "x-gone: {test")}
	found := Check(in, []plan.Exception{
		{Rule: "no-health-check", Place: "service app", Reason: "the image has one"},
		{Rule: "image-unpinned", Place: "service app", Reason: "gone since"},
		{Rule: "host-bind", Place: "service app", Reason: "the policy's"},
	})
	if len(found) != 2 || found[0].Accepted != "the image has one" || found[0].Open() || found[1].ID != "unused-exception" || !strings.Contains(found[1].Text, "image-unpinned") {
		t.Errorf("got %+v", found)
	}
	in = Input{Facts: facts(t, "backupbot.backup=true", "x=y"), NoBackup: "a cache"}
	if found := Check(in, nil); len(found) != 1 || found[0].Accepted != "a cache" {
		t.Errorf("got %+v", found)
	}
}

// Facts that could not be read whole are the policy's to speak of.
func TestIncompleteFacts(t *testing.T) {
	if found := Check(Input{Facts: &recipe.Facts{}}, nil); found != nil {
		t.Errorf("got %+v", found)
	}
}
