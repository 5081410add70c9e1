package policy

import (
	"os"
	"path/filepath"
	"testing"

	"coopcloud.tech/cc-ci/internal/recipe"
	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzCheck loads and judges checkouts as a pull request may bring them. What the policy lets
// through is looked at once more, by what the loader made of it and none of the policy's own code.
func FuzzCheck(f *testing.F) {
	canaries, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(canaries) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range canaries {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		text := map[string]string{}
		for _, file := range a.Files {
			text[file.Name] = string(file.Data)
		}
		f.Add(text["compose.yml"], text[".env.sample"], text["abra.sh"])
	}
	f.Fuzz(func(t *testing.T, compose, sample, exports string) {
		dir := t.TempDir()
		for name, text := range map[string]string{"compose.yml": compose, ".env.sample": sample, "abra.sh": exports} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		s, err := recipe.ParseEnv(".env.sample", sample)
		if err != nil {
			return
		}
		env := s.Map()
		env["DOMAIN"], env["LETS_ENCRYPT_ENV"], env["STACK_NAME"] = domain, "", testRun.Stack
		facts, err := recipe.Load(dir, env, nil)
		if err != nil || Refused(Check(facts, testRun, nil)) {
			return
		}
		if facts.Config == nil {
			t.Fatal("let through without a compose file")
		}
		for _, s := range facts.Config.Services {
			if s.Privileged || s.Pid != "" || s.Ipc != "" || s.NetworkMode == "host" || len(s.Ports) > 0 || len(s.Devices) > 0 || s.Build.Context != "" {
				t.Errorf("service %s was let through: %+v", s.Name, s)
			}
			for _, v := range s.Volumes {
				if v.Type == "bind" || filepath.IsAbs(v.Source) {
					t.Errorf("service %s was let through with %+v", s.Name, v)
				}
			}
		}
		for name, n := range facts.Config.Networks {
			if n.External.External && n.Name != testRun.Network && n.Name != "" && name != testRun.Network {
				t.Errorf("network %s was let through: %+v", name, n)
			}
		}
		for name, v := range facts.Config.Volumes {
			if v.External.External || len(v.DriverOpts) > 0 && v.DriverOpts["o"] == "bind" {
				t.Errorf("volume %s was let through: %+v", name, v)
			}
		}
	})
}
