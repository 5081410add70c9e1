//go:build live

package live

import (
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// needing gives the demo's plan with a web server beside it, changed by change. What its
// setup writes and reads back is the name that the demo shows; a flow goes from one to the other.
func needing(t *testing.T, change func(*plan.Plan)) string {
	t.Helper()
	web := read(t, planOf("custom-html"))
	return edited(t, demo, func(p *plan.Plan) {
		p.Needs = []plan.Need{{Name: "web", Plan: web, Env: map[string]string{}, Setup: []plan.Step{
			{Exec: &plan.Exec{Service: "app", Command: []string{"sh", "-c", "cat > /usr/share/nginx/html/name.txt"}, Stdin: "${recipe} of ${web.domain}"}},
			{HTTP: &plan.HTTP{Method: "GET", Path: "/name.txt", Expect: &plan.HTTPExpect{Status: 200}, Save: map[string]string{"name": "body"}}},
		}}}
		p.Env = map[string]string{"SITE_NAME": "${web.name} for ${domain}"}
		p.Flows = []plan.Flow{{Name: "beside", Steps: []plan.BrowserStep{
			{Goto: "/"},
			{ExpectText: &plan.ExpectText{Text: "demo of ${web.domain} for ${domain}"}},
			{Goto: "${web.base}/name.txt"},
			{ExpectText: &plan.ExpectText{Text: "demo of ${web.domain}"}},
		}}}
		change(p)
	})
}

// A dependency is deployed beside the app and set up for it; both end with the run.
func TestNeeds(t *testing.T) {
	t.Parallel()
	e := newMachine(t).run("run", "--plan", needing(t, func(*plan.Plan) {}), "--stage", "install").want(t, 0)
	if got := e.result.Identity.Needs; len(got) != 1 || got[0].Version != "1.7.1+1.27.2" || !strings.HasPrefix(got[0].Domain, "custom-html-pr") {
		t.Errorf("the dependency: got %+v", got)
	}
	var names []string
	for _, s := range e.result.Stages {
		names = append(names, s.Name)
	}
	if got := strings.Join(names, " "); got != "prepare needs install remove" {
		t.Errorf("stages: got %s", got)
	}
}

// Whatever a dependency does, the recipe under test is not to blame for it.
func TestNeedsThatFail(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*plan.Plan)
		want   string
	}{
		{"never ready", func(p *plan.Plan) {
			p.Needs[0].Plan.Ready = plan.Ready{Path: "/", Also: []string{}, Status: []int{201}, Timeout: plan.Duration(2 * time.Second)}
		}, "the dependency web (recipe custom-html): ready: GET /: expected status [201] within 2s"},
		{"setup", func(p *plan.Plan) { p.Needs[0].Setup[1].HTTP.Expect.Status = 418 },
			"the dependency web (recipe custom-html): needs.web.setup[1]: GET /name.txt: expected status 418, got status 200"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newMachine(t).run("run", "--plan", needing(t, tt.change), "--stage", "install").want(t, 3)
			seen := false
			for _, s := range e.result.Stages {
				seen = seen || s.Name == "needs"
				if s.Name == "needs" && (s.Outcome != result.Error || !strings.HasPrefix(s.Reason, tt.want)) {
					t.Errorf("the stage: want error, %s; got %s, %s", tt.want, s.Outcome, s.Reason)
				}
				if s.Name == "install" && s.Outcome != result.NotRun {
					t.Errorf("install: want not-run, got %s", s.Outcome)
				}
			}
			if !seen || !strings.Contains(e.stdout, "the dependency web") {
				t.Errorf("the stage is missing, or the last screen does not name the dependency:\n%s", e.stdout)
			}
		})
	}
}
