//go:build live

package live

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/sidecar"
	"coopcloud.tech/cc-ci/internal/standin/switches"
)

// The forms for machines: result.json alone on standard output, JSON lines of events
// on standard error, JUnit where it was asked for.
func TestMachineReadable(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	junit, out := filepath.Join(t.TempDir(), "j.xml"), t.TempDir()
	e := m.run("run", "--plan", demo, "--stage", "install", "--json", "--junit", junit, "--out", out).want(t, 0)
	var r result.Result
	if err := json.Unmarshal([]byte(e.stdout), &r); err != nil || r.Outcome != result.Pass || r.Level != nil {
		t.Errorf("standard output: %v, outcome %s, level %v (single stages have none)", err, r.Outcome, r.Level)
	}
	for line := range strings.Lines(e.stderr) {
		var event map[string]any
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Errorf("standard error: %v: %s", err, line)
		}
	}
	b, err := os.ReadFile(junit)
	if err == nil {
		err = xml.Unmarshal(b, new(any))
	}
	if err != nil {
		t.Error(err)
	}
	for _, name := range []string{"result.json", "junit.xml", "report.html", "log/install"} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestRepeat(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.run("run", "--plan", demo, "--stage", "install", "--repeat", "2").want(t, 0)
	if runs, _ := filepath.Glob(filepath.Join(m.State, "runs", "*", "result.json")); len(runs) != 2 {
		t.Errorf("want two results, got %v", runs)
	}
}

// No secret of the app is in anything that a run leaves or prints.
func TestNoSecretLeaves(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.publishes(t)
	// A page that shows the secret, and a flow that fails on it: evidence of all kinds is taken.
	m.Sources["demo"] = variant(t, edit{"banner.txt.tmpl", "", `canary {{ secret "admin_password" }} canary` + "\n"})
	plan := edited(t, demo, func(p *plan.Plan) {
		p.Flows = append(p.Flows, plan.Flow{Name: "leak", Steps: []plan.BrowserStep{
			{Goto: "/login"}, {ExpectText: &plan.ExpectText{Text: "canary"}},
			{ExpectText: &plan.ExpectText{Text: "never there"}, Timeout: plan.Duration(time.Second)},
		}})
	})
	_, wait := m.start("run", "--plan", plan)
	values := m.secrets(t)
	e := wait().want(t, 1)
	if last := e.result.Stages[1].Steps; len(last) == 0 || last[len(last)-1].Place != "flows.leak[2]" {
		t.Errorf("the flow should fail on its last step, for evidence of the page with the secret; got %+v", last)
	}
	m.publish(t)
	pages := m.show(t, m.Results.Dir).crawl(t)
	if len(pages) < 15 {
		t.Errorf("the dashboard has %d pages and files alone", len(pages))
	}
	for _, v := range values {
		for at, page := range pages {
			for form, text := range forms(v) {
				if strings.Contains(page, text) {
					t.Errorf("%s holds a secret (%s)", at, form)
				}
			}
		}
		if strings.Contains(e.stdout, v) || strings.Contains(e.stderr, v) {
			t.Error("a secret was printed")
		}
		err := filepath.WalkDir(m.State, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if strings.Contains(string(b), v) {
				t.Errorf("%s holds a secret", path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// forms are those in which a page could show a secret.
func forms(v string) map[string]string {
	return map[string]string{
		"plain": v, "base64": base64.StdEncoding.EncodeToString([]byte(v)), "hex": hex.EncodeToString([]byte(v)),
		"in an address": url.QueryEscape(v), "in HTML": html.EscapeString(v),
	}
}

// secrets reads the running app's secrets out of the sidecar.
func (m *machine) secrets(t *testing.T) (values []string) {
	t.Helper()
	m.waitFor("waiting for the services")
	files, _ := filepath.Glob(filepath.Join(m.State, "runs", "*", "sidecar.json"))
	if len(files) != 1 {
		t.Fatalf("sidecars: %v", files)
	}
	s, err := sidecar.Open(filepath.Dir(files[0]))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range s.All() {
		values = append(values, secret.Value)
	}
	if len(values) == 0 {
		t.Fatal("the app has no secrets")
	}
	return values
}

// The driver is proven against both forms of every behaviour of abra that nobody could
// confirm (contract, marks R and O).
func TestOtherAbra(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.env = []string{"CC_CI_STANDIN=" + switches.Other()}
	m.run("run", "--plan", demo).want(t, 0)
}

// A run that finds its disk nearly full says so before it makes anything.
func TestNoDisk(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	small := filepath.Join(m.State, "small")
	mount(t, small, "1m")
	start := time.Now()
	site := m.State
	m.State = small
	if e := m.run("run", "--plan", demo).want(t, 3); !strings.Contains(e.stderr, "not enough disk") || time.Since(start) > time.Minute {
		t.Errorf("got %q", e.stderr)
	}
	m.State = site
}
