//go:build live

package live

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
)

// A recipe and a plan that show a secret wherever a run takes something down. What came of it is
// searched as that of every live test is (newMachine); here it must have been there to be masked. In the
// name of a screenshot no plan can have it.
func TestLeaksEverywhere(t *testing.T) {
	t.Parallel()
	const canary = "${secret:admin_password}"
	m := on(t, variant(t,
		edit{"banner.txt.tmpl", "", `canary {{ secret "admin_password" }} canary` + "\n"},
		edit{"compose.yml", "networks:\n  proxy:", leaky + "\nnetworks:\n  proxy:"},
		edit{"tests/leak_test.py", "", leakyTest}))
	m.publishes(t)
	for _, tt := range []struct {
		name   string
		stages []string
		plan   func(*plan.Plan)
		places []string // files of the run that must show the label in the secret's place
	}{
		{"browser", []string{"install"}, func(p *plan.Plan) {
			p.Flows = []plan.Flow{{Name: "leak", Steps: []plan.BrowserStep{
				{Goto: "/login?in-the-url=" + canary}, {Fill: &plan.AtValue{At: plan.At{Label: "User"}, Value: canary}},
				{Eval: &plan.Eval{JS: "console.error('" + canary + "'), fetch('/healthz', {headers: {canary: '" + canary + "'}}), document.title = btoa('x' + '" + canary + "'), 1", Equals: "1"}},
				{ExpectText: &plan.ExpectText{Text: "canary"}},
				{ExpectText: &plan.ExpectText{Text: "never there"}, Timeout: plan.Duration(time.Second)},
			}}}
		}, []string{"evidence/*html.txt", "evidence/*console.txt", "evidence/*trace.zip"}},
		{"steps, services and local tests", []string{"backup", "local"}, func(p *plan.Plan) {
			p.Flows = []plan.Flow{}
			p.Backup.Restore = []string{"in-place"}
			p.State.Verify = append(p.State.Verify,
				plan.Step{HTTP: &plan.HTTP{Method: "GET", Path: "/login?in-the-url=" + canary, Headers: map[string]string{"X-Canary": canary}, Expect: &plan.HTTPExpect{Body: canary}}},
				plan.Step{Exec: &plan.Exec{Service: "leaky", Command: []string{"sh", "-c", "env; env >&2"}, Env: map[string]string{"CANARY": canary}, Expect: &plan.ExecExpect{Stdout: canary}}})
		}, []string{"log/local", "result.json", "junit.xml", "report.html"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := []string{"run", "--out", filepath.Join(m.State, "out"), "--junit", filepath.Join(m.State, "more.xml"), "--plan", edited(t, demo, tt.plan)}
			for _, s := range tt.stages {
				args = append(args, "--stage", s)
			}
			e := m.run(args...).want(t, 1)
			for _, place := range tt.places {
				files, _ := filepath.Glob(filepath.Join(m.State, "runs", e.result.ID, place))
				if !slices.ContainsFunc(files, func(f string) bool { return holds(t, f, "[secret admin_password]") }) {
					t.Errorf("%s: the secret was not there: this test could not fail (%v)", place, files)
				}
			}
			m.publish(t)
		})
	}
	m.keepPages(t)
}

// keepPages leaves what the dashboard shows of the machine's runs where it is searched.
func (m *machine) keepPages(t *testing.T) {
	t.Helper()
	m.outs = append(m.outs, m.Results.Dir)
	pages := m.show(t, m.Results.Dir).crawl(t)
	if len(pages) < 15 {
		t.Errorf("the dashboard has %d pages and files alone", len(pages))
	}
	var all strings.Builder
	for at, page := range pages {
		fmt.Fprintf(&all, "%s\n%s\n", at, page)
	}
	if err := os.WriteFile(filepath.Join(m.State, "pages"), []byte(all.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// leaky prints the secret in the ways of package strength, and in some more.
const leaky = `  leaky:
    image: nginx:1.27.2
    stop_signal: SIGKILL
    secrets: [admin_password]
    entrypoint:
      - sh
      - -c
      - |
        v=$$(cat /run/secrets/admin_password); a=$${v%???????}; b=$${v#"$$a"}
        printf 'split %s' "$$a"; sleep 0.2; echo "$$b"
        printf 'user:%s' "$$v" | base64 -w0; echo
        printf '%s' "$$v" | od -An -tx1 | tr -d ' \n'; echo
        printf '{"password":"%s"}\n' "$$v" >&2
        exec sleep 1000000
`

// leakyTest has the secret in its name, its output and its failure.
const leakyTest = `
import os, re, ssl, urllib.request, pytest
page = urllib.request.urlopen(os.environ["CC_CI_BASE_URL"] + "/login").read().decode()
value = re.search(r"canary (\S+) canary", page).group(1)

@pytest.mark.parametrize("x", [value])
def test_leak(x):
    print("value", x, x.encode().hex())
    assert x == "never", "the value is " + x
`
