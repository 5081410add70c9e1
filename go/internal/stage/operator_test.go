package stage

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/app"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

// version reads a recipe of one compose file under an env file, or under its own sample.
func version(t *testing.T, sample, environment, secrets, env string) app.Version {
	t.Helper()
	dir := t.TempDir()
	compose := "version: \"3.8\"\nservices:\n  app:\n    image: \"notes:1\"\n    environment:\n      - KEPT\n" + environment + "secrets:\n  old: {external: true, name: \"s_old_${SECRET_OLD_VERSION}\"}\n" + secrets
	for name, text := range map[string]string{".env.sample": sample, "compose.yml": compose} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if env == "" {
		env = sample
	}
	parsed, err := recipe.ParseEnv("env", env+"STACK_NAME=s\n")
	if err != nil {
		t.Fatal(err)
	}
	f, err := recipe.Load(dir, parsed.Map(), []string{"compose.yml"})
	if err != nil || len(f.Problems) > 0 {
		t.Fatal(err, f.Problems)
	}
	return app.Version{Facts: f}
}

func TestOperatorMustAct(t *testing.T) {
	const sample = "DOMAIN=a.test\nKEPT=1\nSECRET_OLD_VERSION=v1\n"
	for _, tt := range []struct {
		name, sample, environment, secrets string
		want                               []string // ids
	}{
		{"nothing new", sample, "", "", nil},
		{"a variable with a default", sample, "      - \"A=${A:-1}\"\n", "", nil},
		{"a variable that the sample offers as optional", sample + "#A=1\n", "      - \"A=${A}\"\n", "", nil},
		{"a variable without a default", sample + "A=1\n", "      - \"A=${A}\"\n", "", []string{"new-variable"}},
		{"a variable that is handed on", sample + "A=1\n", "      - A\n", "", []string{"new-variable"}},
		{"a secret whose version has a default", sample, "", "  key: {external: true, name: \"s_key_${SECRET_KEY_VERSION:-v1}\"}\n", nil},
		{"a secret whose version has none", sample + "SECRET_KEY_VERSION=v1\n", "", "  key: {external: true, name: \"s_key_${SECRET_KEY_VERSION}\"}\n", []string{"new-secret"}},
		{"a secret by hand", sample + "SECRET_KEY_VERSION=v1 # generate=false\n", "", "  key: {external: true, name: \"s_key_${SECRET_KEY_VERSION:-v1}\"}\n", []string{"secret-by-hand"}},
		{"another compose file", sample + "COMPOSE_FILE=compose.yml:compose.db.yml\n", "", "", []string{"compose-files"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			added := "" // as app.PrepareOver takes it over
			if strings.Contains(tt.secrets, "SECRET_KEY_VERSION}") {
				added = "SECRET_KEY_VERSION=v1\n"
			}
			e := Edge{Tag: "1.0.0+1", Old: version(t, sample, "", "", ""), New: version(t, tt.sample, tt.environment, tt.secrets, sample+added), Note: "Do it."}
			var got []string
			for _, f := range operatorMustAct(e) {
				got = append(got, f.ID)
				if f.Severity != "act" || !strings.HasSuffix(f.Text, "; release note: Do it.") || f.Place != "upgrade from 1.0.0+1" {
					t.Errorf("got %+v", f)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("want %v, got %v", tt.want, got)
			}
		})
	}
}

func TestReleaseNote(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "release"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"1.0.0+1": "First\nrelease.\n", "next": strings.Repeat("long ", 500)} {
		if err := os.WriteFile(filepath.Join(dir, "release", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "release", "2.0.0+1")); err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{"1.0.0+1": "First release.", "": "long ", "2.0.0+1": "long ", "../../etc/passwd": "long "} {
		if got := ReleaseNote(dir, version); !strings.HasPrefix(got, want) || len(got) > maxNote+4 {
			t.Errorf("%q: want %q, got %q", version, want, got)
		}
	}
	if got := ReleaseNote(t.TempDir(), "1.0.0+1"); got != "" {
		t.Errorf("no note: got %q", got)
	}
}

// An edge that can't be tried is a gap with a finding, never red, and never silent.
func TestUpgradeGap(t *testing.T) {
	for _, tt := range []struct {
		name string
		deps Deps
		want result.Outcome
	}{
		{"declared", Deps{Plan: &plan.Plan{Upgrade: plan.Upgrade{NotApplicable: "stateless"}}}, result.NotApplicable},
		{"no published version", Deps{Plan: &plan.Plan{Upgrade: plan.Upgrade{NotApplicable: ""}}, Edges: []Edge{{From: "previous", Gap: recipe.ErrNoVersion}}}, result.NotRun},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var rec Record
			err := Upgrade(t.Context(), tt.deps, &rec)
			if got := result.OutcomeOf(err); got != tt.want {
				t.Errorf("want %s, got %s: %v", tt.want, got, err)
			}
			if found := len(rec.Findings); found != len(tt.deps.Edges) {
				t.Errorf("want %d findings, got %v", len(tt.deps.Edges), rec.Findings)
			}
		})
	}
}
