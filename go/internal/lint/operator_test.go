package lint

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/recipe"
)

// version reads a recipe of one compose file under an env file, or under its own sample.
func version(t *testing.T, sample, environment, secrets, env string) *recipe.Facts {
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
	return f
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
			in := Input{Updates: []Update{{From: "1.0.0+1", Old: version(t, sample, "", "", ""), New: version(t, tt.sample, tt.environment, tt.secrets, sample+added), Note: "Do it."}}}
			in.Facts = in.Updates[0].New
			var got []string
			for _, f := range Check(in, nil) {
				if f.Severity != "act" {
					continue
				}
				got = append(got, f.ID)
				if !strings.Contains(f.Text, "; release note: Do it.") || f.Place != "upgrade from 1.0.0+1" {
					t.Errorf("got %+v", f)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("want %v, got %v", tt.want, got)
			}
		})
	}
}
