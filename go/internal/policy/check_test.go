package policy

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

const domain = "notes-pr1-a1b2c3d.ci.example.org"

var testRun = Run{
	ID: "20260101-abcd", Stack: recipe.StackName(domain), Network: "proxy",
	Hosts: []string{domain, "extra.ci.example.org"},
}

// unpack lays an archive out as a checkout. A name that ends in "@" is a symbolic
// link to its content.
func unpack(t *testing.T, a *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range a.Files {
		path := filepath.Join(dir, strings.TrimSuffix(file.Name, "@"))
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil && strings.HasSuffix(file.Name, "@") {
			err = os.Symlink(strings.TrimSpace(string(file.Data)), path)
		} else if err == nil {
			err = os.WriteFile(path, file.Data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// load reads a checkout as the driver does: the sample's variables, with the keys
// that are the driver's own.
func load(t *testing.T, dir string) *recipe.Facts {
	t.Helper()
	env := map[string]string{}
	if text, err := os.ReadFile(filepath.Join(dir, ".env.sample")); err == nil {
		sample, err := recipe.ParseEnv(".env.sample", string(text))
		if err != nil {
			t.Fatal(err)
		}
		env = sample.Map()
	}
	env["DOMAIN"], env["LETS_ENCRYPT_ENV"], env["STACK_NAME"] = domain, "", testRun.Stack
	f, err := recipe.Load(dir, env, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func show(findings []result.Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, f.ID+" "+f.Place)
	}
	slices.Sort(out)
	return out
}

// createdOnly are rules that no compose file can break.
var createdOnly = map[string]bool{"service-runtime": true, "oom-score": true}

// Each canary is refused by its own rule, at its own place, and by nothing else.
func TestCanaries(t *testing.T) {
	for _, rule := range table {
		canaries, err := filepath.Glob(filepath.Join("testdata", rule.ID, "*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		if len(canaries) == 0 && rule.ID != ruleUnused && !createdOnly[rule.ID] {
			t.Errorf("rule %s has no canary", rule.ID)
		}
		for _, path := range canaries {
			t.Run(rule.ID+"/"+strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
				a, err := txtar.ParseFile(path)
				if err != nil {
					t.Fatal(err)
				}
				var want []string
				for line := range strings.Lines(string(a.Comment)) {
					if w, ok := strings.CutPrefix(strings.TrimSpace(line), "want "); ok {
						want = append(want, strings.ReplaceAll(w, "STACK", testRun.Stack))
					}
				}
				slices.Sort(want)
				findings := Check(load(t, unpack(t, a)), testRun, nil)
				if got := show(findings); !slices.Equal(got, want) {
					t.Errorf("findings:\n%s\nwant:\n%s\n%+v", strings.Join(got, "\n"), strings.Join(want, "\n"), findings)
				}
				if Refused(findings) != (rule.Severity == finding.Refuse) {
					t.Errorf("Refused = %v", Refused(findings))
				}
			})
		}
	}
}

// Every feature that live recipes use passes untouched.
func TestOrdinaryRecipes(t *testing.T) {
	ordinary(t, func(f *recipe.Facts) []result.Finding { return Check(f, testRun, nil) })
}

// ordinary wants that judge finds nothing in any recipe of testdata/ordinary.
func ordinary(t *testing.T, judge func(*recipe.Facts) []result.Finding) {
	t.Helper()
	recipes, err := filepath.Glob("testdata/ordinary/*.txtar")
	if err != nil || len(recipes) < 5 {
		t.Fatalf("found %d ordinary recipes, %v", len(recipes), err)
	}
	for _, path := range recipes {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range judge(load(t, unpack(t, a))) {
				t.Errorf("%s %s: %s: %s", f.Severity, f.ID, f.Place, f.Text)
			}
		})
	}
}

func TestExceptions(t *testing.T) {
	a, err := txtar.ParseFile("testdata/published-port/short.txtar")
	if err != nil {
		t.Fatal(err)
	}
	facts := load(t, unpack(t, a))
	for _, c := range []struct {
		name, rule, place string
		accepted          bool
	}{
		{"as printed", "published-port", "compose.yml: service app: ports[0]", true},
		{"without the file", "published-port", "service app: ports[0]", true},
		{"without the index", "published-port", "service app: ports", true},
		{"another index", "published-port", "service app: ports[1]", false},
		{"another rule", "host-bind", "service app: ports[0]", false},
		{"another service", "published-port", "service db: ports[0]", false},
		{"no place", "published-port", "", false},
		{"a part of a place", "published-port", "ports", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			findings := Check(facts, testRun, []plan.Exception{{Rule: c.rule, Place: c.place, Reason: "agreed"}})
			if Refused(findings) == c.accepted || (findings[0].Accepted == "agreed") != c.accepted {
				t.Errorf("findings = %+v", findings)
			}
			unused := slices.ContainsFunc(findings, func(f result.Finding) bool { return f.ID == ruleUnused })
			if unused == c.accepted {
				t.Errorf("unused exception told = %v", unused)
			}
		})
	}
}

// A problem whose rule the table lacks must not pass.
func TestUnknownProblemIsRefused(t *testing.T) {
	f := &recipe.Facts{Problems: []recipe.Problem{{Rule: "new", Place: "x", Text: "y"}}}
	if got := Check(f, testRun, nil); !Refused(got) {
		t.Errorf("findings = %+v", got)
	}
}

func TestFindingsAreBounded(t *testing.T) {
	f := &recipe.Facts{}
	for i := range 5000 {
		f.Problems = append(f.Problems, recipe.Problem{Rule: recipe.RuleSymlink, Place: strings.Repeat("x", i%1000), Text: "\x1b[2J" + strings.Repeat("y", i)})
	}
	got := Check(f, testRun, nil)
	if len(got) > 201 || !Refused(got) {
		t.Errorf("%d findings", len(got))
	}
	for _, g := range got {
		if len(g.Text) > 1000 || len(g.Place) > 1000 || strings.ContainsAny(g.Text, "\x1b\n") {
			t.Errorf("finding %+v", g)
		}
	}
}

func TestNothingLoadedIsRefused(t *testing.T) {
	if got := Check(&recipe.Facts{}, testRun, nil); !Refused(got) {
		t.Errorf("findings = %+v", got)
	}
}
