package policy

import (
	"fmt"
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
		name, rule, place, found string
		accepted                 bool
	}{
		{"as printed", "published-port", "compose.yml: service app: ports[0]", "8080:80/tcp", true},
		{"without the file", "published-port", "service app: ports[0]", "8080:80/tcp", true},
		{"without the index", "published-port", "service app: ports", "8080:80/tcp", true},
		{"another index", "published-port", "service app: ports[1]", "8080:80/tcp", false},
		{"another rule", "host-bind", "service app: ports[0]", "8080:80/tcp", false},
		{"another service", "published-port", "service db: ports[0]", "8080:80/tcp", false},
		{"no place", "published-port", "", "8080:80/tcp", false},
		{"a part of a place", "published-port", "ports", "8080:80/tcp", false},
		{"another port", "published-port", "service app: ports[0]", "25:25/tcp", false},
		{"a part of the port", "published-port", "service app: ports[0]", "8080:80", false},
		{"any port", "published-port", "service app: ports[0]", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			findings := Check(facts, testRun, []plan.Exception{{Rule: c.rule, Place: c.place, Found: c.found, Reason: "agreed"}})
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

// An exception holds for what was found, in whichever run, and not for what several files add up to.
func TestWhatIsExcepted(t *testing.T) {
	const ruled = "    deploy: {labels: ['traefik.http.routers.${STACK_NAME}.rule=Host(`www.example.org`, `${DOMAIN}`)']}\n"
	const none = "version: \"3.8\"\n"
	host := plan.Exception{Rule: "router-host", Place: "service app0: deploy.labels.traefik.http.routers.${stack}.rule", Found: "rule Host(`www.example.org`, `${domain}`)"}
	many := plan.Exception{Rule: "services", Place: "services", Found: "41 services with 41 tasks"}
	for _, c := range []struct {
		name, compose, more string
		exception           plan.Exception
		accepted            bool
	}{
		{"the run's names", services(1, "app") + ruled, none, host, true},
		{"one file's services", services(41, "app"), none, many, true},
		{"two files' services", services(41, "app"), services(1, "more"), many, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{"compose.yml": c.compose, "compose.more.yml": c.more, ".env.sample": "COMPOSE_FILE=compose.yml:compose.more.yml\n"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			c.exception.Reason = "agreed"
			found := Check(load(t, dir), testRun, []plan.Exception{c.exception})
			if named := slices.ContainsFunc(found, func(f result.Finding) bool { return f.ID == c.exception.Rule }); !named || Refused(found) == c.accepted {
				t.Errorf("findings: %+v", found)
			}
		})
	}
}

// Two things that are judged alike are found in different words where one is worse than the other.
func TestFoundSaysAll(t *testing.T) {
	const app = "version: \"3.8\"\nservices:\n  app:\n    image: nginx:1.27\n"
	for _, c := range []struct{ name, compose, want string }{
		{"a port", app + "    ports: ['25:25']\n", "25:25/tcp"},
		{"a port of the host", app + "    ports: [{target: 25, published: 25, mode: host}]\n", "25:25/tcp in mode host"},
		{"a limit", app + "    ulimits: {rtprio: 5}\n", "rtprio=5:5"},
		{"two limits", app + "    ulimits: {rtprio: {soft: 5, hard: 99}}\n", "rtprio=5:99"},
		{"a network's options", app + "networks: {lan: {driver_opts: {encrypted: '', parent: eth0}}}\n", "driver_opts[encrypted: parent:eth0]"},
		{"a volume of a plugin", app + "volumes: {data: {driver: sshfs, driver_opts: {host: a.example.org}}}\n", "driver sshfs driver_opts[host:a.example.org]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "compose.yml"), []byte(c.compose), 0o600); err != nil {
				t.Fatal(err)
			}
			if found := Check(load(t, dir), testRun, nil); len(found) != 1 || found[0].Found != c.want {
				t.Errorf("expected %q, found %+v", c.want, found)
			}
		})
	}
}

// A list that was cut says nothing of what is not in it.
func TestCutListIsRefused(t *testing.T) {
	f, exceptions := &recipe.Facts{}, []plan.Exception{{Rule: "too-large", Place: "checkout", Reason: "agreed"}}
	for i := range 300 {
		p := recipe.Problem{Rule: recipe.RuleSymlink, Place: fmt.Sprint("link", i), Text: "leads out"}
		f.Problems = append(f.Problems, p)
		exceptions = append(exceptions, plan.Exception{Rule: p.Rule, Place: p.Place, Found: p.Text, Reason: "agreed"})
	}
	if got := Check(f, testRun, exceptions); !Refused(got) {
		t.Errorf("accepted: %+v", got[len(got)-2:])
	}
}

// What is to be written is told whole, and so that Nix reads it as it is meant.
func TestToldWhatToExcept(t *testing.T) {
	hosts := strings.Repeat("`www.example.org`, ", 60)
	dir := t.TempDir()
	text := services(1, "app") + "    deploy: {labels: ['traefik.http.routers.${STACK_NAME}.rule=Host(" + hosts + "`${DOMAIN}`) \\ \"']}\n"
	if err := os.WriteFile(filepath.Join(dir, "compose.yml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	place := "service app0: deploy.labels.traefik.http.routers.${stack}.rule"
	found := Check(load(t, dir), testRun, []plan.Exception{{Rule: "router-host", Place: place, Found: "rule", Reason: "agreed"}})
	last := found[len(found)-1]
	if want := "\"rule Host(" + hosts + "`\\${domain}`) \\\\ \\\"\""; last.ID != ruleUnused || !strings.HasSuffix(last.Text, want) {
		t.Errorf("expected %s at the end, found %+v", want, last)
	}
}

// services is a compose file with n of them.
func services(n int, name string) string {
	text := "version: \"3.8\"\nservices:\n"
	for i := range n {
		text += fmt.Sprintf("  %s%d:\n    image: nginx:1.27\n", name, i)
	}
	return text
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
