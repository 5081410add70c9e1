package draft

import (
	"os"
	"path/filepath"
	"testing"

	"coopcloud.tech/cc-ci/internal/golden"
	"coopcloud.tech/cc-ci/internal/recipe"
)

// The golden files are evaluated by a check of the flake: a draft is a recipe file.
func TestFile(t *testing.T) {
	for name, tt := range map[string]struct{ dir, source string }{
		"notes":    {"../recipe/testdata/ordinary", "https://git.example.org/recipes/notes.git"},
		"cryptpad": {"testdata/two-hosts", ""},
		"miniflux": {"../../../checks/recipes/miniflux/1.1.0+2.2.16", "/srv/recipes/miniflux"},
	} {
		dir, source := tt.dir, tt.source
		t.Run(name, func(t *testing.T) {
			sample, err := os.ReadFile(filepath.Join(dir, ".env.sample"))
			if err != nil {
				t.Fatal(err)
			}
			env, err := recipe.ParseEnv(".env.sample", string(sample))
			if err != nil {
				t.Fatal(err)
			}
			vars := env.Map()
			f, err := recipe.Load(dir, vars, env.ComposeFiles())
			if err != nil || f.Config == nil {
				t.Fatal(err, f.Problems)
			}
			golden.Compare(t, filepath.Join("testdata", name+".nix"), File(name, source, f))
		})
	}
}

func TestAttribute(t *testing.T) {
	for name, want := range map[string]string{"ADMIN_MAIL": "ADMIN_MAIL", "2fa_key": `"2fa_key"`, "let": `"let"`, "a.b": `"a.b"`, "x = 1; y": `"x = 1; y"`} {
		if got := attribute(name); got != want {
			t.Errorf("%s: expected %s, got %s", name, want, got)
		}
	}
}
