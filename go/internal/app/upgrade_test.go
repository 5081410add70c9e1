package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/abra"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
)

// write makes the app's clone what one version of the recipe is.
func write(t *testing.T, a *App, sample, compose string) {
	t.Helper()
	dir := a.Abra.RecipeDir("notes")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{".env.sample": sample, "compose.yml": compose, "compose.db.yml": "version: \"3.8\"\nservices:\n  db: {image: \"db:1\"}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPrepareOverKeepsTheOldEnv(t *testing.T) {
	a := &App{
		Plan:  &plan.Plan{Recipe: "notes", Env: map[string]string{"DECLARED": "by the plan"}},
		Names: recipe.Names{Domain: "notes.test", Stack: "notes_test"}, Abra: abra.CLI{Dir: t.TempDir()},
	}
	const service = "version: \"3.8\"\nservices:\n  app:\n    image: \"notes:1\"\n    environment:\n      - \"A=${KEPT}\"\n"
	write(t, a, "TYPE=notes\nDOMAIN=x\nKEPT=old\nSECRET_DB_VERSION=v1 # length=9\n", service)
	old, err := a.Prepare(strings.Repeat("1", 40))
	if err != nil {
		t.Fatal(err)
	}
	write(t, a, "TYPE=notes\nDOMAIN=x\nKEPT=new\nADDED=1\nCOMPOSE_FILE=compose.yml:compose.db.yml\nSECRET_DB_VERSION=v2\nSECRET_KEY_VERSION=v1 # length=12\nSECRET_OTHER_VERSION=v1\n",
		service+"      - \"B=${ADDED}\"\n      - \"C=${SECRET_KEY_VERSION} ${SECRET_OTHER_VERSION:-v1}\"\n")
	v, err := a.PrepareOver(strings.Repeat("2", 40), old)
	if err != nil {
		t.Fatal(err)
	}
	const want = `KEPT=old
SECRET_DB_VERSION=v1 # length=9
SECRET_KEY_VERSION=v1 # length=12
COMPOSE_FILE=compose.yml:compose.db.yml:../../cc-ci.override.yml
DECLARED='by the plan'
DOMAIN=notes.test
LETS_ENCRYPT_ENV=
`
	if v.Env != want {
		t.Errorf("want:\n%s\ngot:\n%s", want, v.Env)
	}
	if _, ok := v.Facts.Service("db"); !ok {
		t.Error("the new version's compose files are not in force")
	}
}

func TestSameSecrets(t *testing.T) {
	before := map[string]SecretInForce{"app: key": {"s_key_v1", "1"}, "app: gone": {"s_gone_v1", "2"}}
	for _, tt := range []struct {
		name  string
		after map[string]SecretInForce
		want  string
	}{
		{"the same, one new, one gone", map[string]SecretInForce{"app: key": {"s_key_v1", "1"}, "app: new": {"s_new_v1", "3"}}, ""},
		{"another version", map[string]SecretInForce{"app: key": {"s_key_v2", "4"}}, "service app: key: s_key_v1 before, s_key_v2 after"},
		{"made anew", map[string]SecretInForce{"app: key": {"s_key_v1", "5"}}, "s_key_v1 was made anew"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := SameSecrets(before, tt.after)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want %q, got %v", tt.want, err)
			}
		})
	}
}
