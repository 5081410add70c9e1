package strength

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/ownrepo/repotest"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/site"
)

func TestTableIsSound(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Table() {
		if seen[m.ID] || m.Breaks == "" || len(m.Stages) == 0 || m.Want.Stage == "" || len(m.Want.Says) == 0 && m.Want.Finding == "" {
			t.Errorf("%+v: twice, or something is missing", m)
		}
		seen[m.ID] = true
		for _, s := range m.Want.Says {
			if _, err := regexp.Compile(s); err != nil {
				t.Errorf("%s: %v", m.ID, err)
			}
		}
	}
}

// opened makes a repository of one of the bundled recipes, or of a folder's files, ready to be broken.
func opened(t *testing.T, p *plan.Plan, version string) *Base {
	t.Helper()
	dir := t.TempDir()
	repo := filepath.Join(dir, "source")
	if err := os.CopyFS(repo, os.DirFS(version)); err != nil {
		t.Fatal(err)
	}
	repotest.Git(t, repo, "init", "-q", "-b", "main")
	if err := commit(context.Background(), repo, "first"); err != nil {
		t.Fatal(err)
	}
	s := Subject{Plan: p, Dir: filepath.Join(dir, "copies"), Site: site.Site{Abra: "true", Sources: map[string]string{p.Recipe: "file://" + repo}}}
	b, err := s.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	b.Limits = Limits{Deploy: 1, Ready: 1, Step: 1}
	return b
}

func demo(t *testing.T) *plan.Plan {
	t.Helper()
	assert := func(path string) plan.Step {
		return plan.Step{HTTP: &plan.HTTP{Method: "GET", Path: path, Expect: &plan.HTTPExpect{Body: "kept"}}}
	}
	return &plan.Plan{Recipe: "demo", Backup: plan.Backup{Restore: []string{"in-place", "fresh"}},
		State: plan.State{Verify: []plan.Step{assert("/1"), assert("/2")}}}
}

// Every mutation changes its copy, and what it makes still loads: what is red then is
// red for the reason that was meant.
func TestApplyToTheDemo(t *testing.T) {
	b := opened(t, demo(t), "../../../checks/recipes/demo/main")
	for _, m := range Table() {
		t.Run(m.ID, func(t *testing.T) {
			c := copied(t, b, m)
			before, _ := json.Marshal(c.Plan)
			if err := m.Apply(c); err != nil {
				t.Fatal(err)
			}
			if err := c.tree.write(); err != nil {
				t.Fatal(err)
			}
			after, _ := json.Marshal(c.Plan)
			if sameFiles(t, b.repo, c.dir) && sameCompose(t, b, c) && string(before) == string(after) && len(c.shims) == 0 {
				t.Error("nothing is broken")
			}
			broken := *b
			broken.repo = c.dir
			if err := broken.read(); err != nil {
				t.Errorf("the broken copy doesn't load: %v", err)
			}
		})
	}
}

// copied gives a mutation its copy, of files without a history.
func copied(t *testing.T, b *Base, m Mutation) *Copy {
	t.Helper()
	c, err := b.copy(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(c.dir, os.DirFS(b.repo)); err != nil {
		t.Fatal(err)
	}
	if c.tree, err = readTree(c.dir, b.files); err != nil {
		t.Fatal(err)
	}
	return c
}

// sameFiles compares all but the compose files.
func sameFiles(t *testing.T, was, is string) bool {
	t.Helper()
	out, _ := exec.Command("diff", "-rq", "--exclude=.git", "--exclude=compose*.yml", was, is).Output()
	return len(out) == 0
}

// sameCompose tells whether a compose file that was written back means what it meant.
func sameCompose(t *testing.T, b *Base, c *Copy) bool {
	t.Helper()
	was, err := readTree(b.repo, b.files)
	if err != nil {
		t.Fatal(err)
	}
	is, err := readTree(c.dir, b.files)
	if err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(was.docs, is.docs)
}

// A recipe of one stateless service: what it doesn't have can't be broken.
func TestNotApplicable(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		".env.sample": "DOMAIN=a.test\nCOMPOSE_FILE=\"compose.yml\"\n",
		"compose.yml": "version: \"3.8\"\nservices:\n  app:\n    image: \"x:1\"\n    deploy:\n      labels:\n        traefik.enable: \"true\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := opened(t, &plan.Plan{Recipe: "bare", State: plan.State{Generic: true}, Local: plan.Local{NotApplicable: "none"}}, dir)
	var applied []string
	for _, m := range Table() {
		if b.gap(m) != "" {
			continue
		}
		c := copied(t, b, m)
		if err := m.Apply(c); err == nil {
			applied = append(applied, m.ID)
		} else if !errors.Is(err, ErrNotApplicable) || len(err.Error()) < 30 {
			t.Errorf("%s: expected a reason, got %v", m.ID, err)
		}
	}
	want := []string{"image-missing", "never-healthy", "cannot-start", "crash-loop", "new-secret", "new-variable", "upgrade-crash", "leftover-volume"}
	if slices.Sort(applied); !slices.Equal(applied, sorted(want)) {
		t.Errorf("applied: %v", applied)
	}
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

func TestJudge(t *testing.T) {
	red := Want{Stage: "backup", Says: []string{"empty dump"}}
	told := Want{Stage: "backup", Outcome: passed, Finding: "hole"}
	run := func(outcome result.Outcome, reason string, findings ...result.Finding) result.Result {
		return result.Result{Outcome: outcome, Reason: reason, Findings: findings,
			Stages: []result.Stage{{Name: "install", Outcome: result.Pass}, {Name: "backup", Outcome: outcome, Reason: reason}}}
	}
	elsewhere := result.Result{Outcome: result.Fail, Stages: []result.Stage{{Name: "install", Outcome: result.Fail}}}
	both := run(result.Fail, "empty dump")
	both.Stages[0].Outcome = result.Fail
	for _, tt := range []struct {
		name string
		want Want
		res  result.Result
		is   Verdict
	}{
		{"as named", red, run(result.Fail, "the empty dump"), Caught},
		{"another reason", red, run(result.Fail, "no route"), Elsewhere},
		{"another stage", red, elsewhere, Elsewhere},
		{"two stages", red, both, Elsewhere},
		{"green", red, run(result.Pass, ""), Survived},
		{"the machine's fault", red, run(result.Error, "no disk"), Elsewhere},
		{"a finding", told, run(result.Pass, "", result.Finding{ID: "hole", Severity: "warn"}), Caught},
		{"a finding that asks for nothing", told, run(result.Pass, "", result.Finding{ID: "hole", Severity: "info"}), Survived},
		{"another finding", told, run(result.Pass, "", result.Finding{ID: "pit", Severity: "warn"}), Survived},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if is, why := judge(tt.want, tt.res); is != tt.is {
				t.Errorf("want %s, got %s: %s", tt.is, is, why)
			}
		})
	}
}

// The walk keeps the table's order, and a run without a result is no verdict.
func TestWalk(t *testing.T) {
	b := opened(t, demo(t), "../../../checks/recipes/demo/main")
	b.Run = func(_ context.Context, c Call) (result.Result, error) {
		if strings.Contains(c.Plan, "wrong-route") {
			return result.Result{}, errors.New("no swarm")
		}
		return result.Result{Outcome: result.Pass, Stages: []result.Stage{{Name: "install", Outcome: result.Pass}}}, nil
	}
	table := Table()[3:5]
	told := 0
	r := b.Walk(context.Background(), table, 2, func(Row) { told++ })
	if told != 2 || r.Rows[0].Verdict != Survived || r.Rows[1].Verdict != Broken || r.Whole() || !r.Has(Broken) {
		t.Errorf("told %d: %+v", told, r)
	}
	var text strings.Builder
	if err := r.Text(&text); err != nil || !strings.Contains(text.String(), "0 of 2 caught, 0 %") || !strings.Contains(text.String(), "no swarm") {
		t.Errorf("got %v: %s", err, &text)
	}
}

// Where a stand-in was asked for, it is what is broken, and the apps that the recipe needs are stand-ins too.
func TestStandIn(t *testing.T) {
	b := opened(t, demo(t), "../../../checks/recipes/demo/main")
	real := b.Site.Sources["demo"]
	s := Subject{Plan: b.Plan, Dir: t.TempDir(), StandIn: true, Site: site.Site{Abra: "true",
		Sources:  map[string]string{"demo": "file:///nowhere", "other": "file:///other"},
		StandIns: map[string]string{"demo": real, "keycloak": "file:///keycloak"}}}
	s.Run = func(_ context.Context, c Call) (result.Result, error) {
		var is site.Site
		text, err := os.ReadFile(c.Site)
		if err = errors.Join(err, json.Unmarshal(text, &is)); err != nil {
			return result.Result{}, err
		}
		if is.Sources["keycloak"] != "file:///keycloak" || is.Sources["other"] != "file:///other" || !strings.HasPrefix(is.Sources["demo"], "file://"+s.Dir) {
			t.Errorf("%s: sources %v", c.Site, is.Sources)
		}
		return result.Result{Outcome: result.Pass, Identity: result.Identity{StandIn: "demo: a program in its place"}}, nil
	}
	green, err := s.Green(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := green.Walk(t.Context(), Table()[:1], 1, func(Row) {})
	var text strings.Builder
	if err := r.Text(&text); err != nil || !strings.Contains(text.String(), "STAND-IN of demo: a program in its place\n") {
		t.Errorf("got %v: %s", err, &text)
	}
}
