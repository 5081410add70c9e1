//go:build live

package live

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/app"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

func TestGreen(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.pr = 0 // as from a shell
	m.publishes(t)
	e := m.run("run", "--plan", demo).want(t, 0)
	for _, s := range e.result.Stages {
		if s.Outcome != result.Pass {
			t.Errorf("stage %s: %s: %s", s.Name, s.Outcome, s.Reason)
		}
	}
	if e.result.Level == nil || e.result.Level.Reached < 1 {
		t.Errorf("level: got %v", e.result.Level)
	}
	if !strings.Contains(e.stdout, "install") || !strings.Contains(e.stdout, e.result.ID) {
		t.Errorf("the last screen names neither the stages nor the report's path:\n%s", e.stdout)
	}
	t.Run("its pages", func(t *testing.T) { m.pages(t, e.result) })
}

// Every row is one way in which a machine is wrong, or a recipe before anything of it runs. How a
// recipe that runs is wrong, TestMutations walks.
func TestRedAndBroken(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		edits []edit
		site  func(*machine)
		code  int
		stage string
		want  []string // in the last screen
	}{
		{"policy", []edit{{"compose.yml", "- data:/data", "- data:/data\n      - /etc:/host"}}, nil, 1, "prepare", []string{"bind", "compose.yml"}},
		{"image that can't be had", []edit{{"compose.yml", "cc-ci.test/notes:3.0.0", "cc-ci.test/no-such-image:1"}}, nil, 3, "prepare", []string{"no-such-image", "override"}},
		{"no abra", nil, func(m *machine) { m.Abra = "/nowhere/abra" }, 3, "prepare", []string{"/nowhere/abra"}},
		{"no browser", nil, func(m *machine) { m.Browser.Chromium = "/nowhere/chromium" }, 3, "install", []string{"chromium"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := on(t, variant(t, tt.edits...))
			if tt.site != nil {
				tt.site(m)
			}
			e := m.run("run", "--plan", demo).want(t, tt.code)
			var red []string
			for _, s := range e.result.Stages {
				if s.Outcome == result.Fail || s.Outcome == result.Error {
					red = append(red, s.Name)
				}
			}
			if len(red) != 1 || red[0] != tt.stage {
				t.Errorf("stages that did not pass: want %s alone, got %v", tt.stage, red)
			}
			for _, w := range tt.want {
				if !strings.Contains(e.stdout, w) {
					t.Errorf("the last screen doesn't say %q:\n%s", w, e.stdout)
				}
			}
		})
	}
}

// deployIn gives the app that long to come up.
func deployIn(limit time.Duration) func(*plan.Plan) {
	return func(p *plan.Plan) { p.Limits.Deploy = plan.Duration(limit) }
}

func TestNoSuchRef(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	if e := m.run("run", "--plan", demo, "--ref", "no-such-branch").want(t, 2); !strings.Contains(e.stdout, "no-such-branch") {
		t.Errorf("the last screen doesn't name the ref:\n%s", e.stdout)
	}
}

func TestNoSwarm(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.Docker = "unix:///nowhere.sock"
	if e := m.run("run", "--plan", demo).want(t, 3); !strings.Contains(e.stderr, "/nowhere.sock") {
		t.Errorf("got %q", e.stderr)
	}
}

// The app answers at its own name with a certificate that verifies; a name that
// nobody has gets the router's own 404.
func TestReachableThroughTheRouter(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	_, wait := m.start("run", "--plan", demo, "--stage", "install")
	domain := m.waitForApp(t)
	client, err := app.HTTPClient(m.Site)
	if err != nil {
		t.Fatal(err)
	}
	if status, body := get(t, client, "https://nobody."+m.Domain+"/"); status != 404 || !strings.Contains(body, "404 page not found") {
		t.Errorf("unknown name: got %d %q", status, body)
	}
	deadline := time.Now().Add(time.Minute)
	for {
		if status, _ := get(t, client, "https://"+domain+"/healthz"); status == 200 {
			break
		}
		if time.Now().After(deadline) {
			t.Error("the app never answered")
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	wait().want(t, 0)
}

func get(t *testing.T, client *http.Client, url string) (int, string) {
	t.Helper()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	return resp.StatusCode, string(b)
}

// waitForApp gives the domain of the machine's first app whose service appears.
func (m *machine) waitForApp(t *testing.T) string {
	t.Helper()
	e := m.engine()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		objs, err := e.Objects(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range objs {
			if o.Kind == "service" && m.owns(o) {
				return strings.ReplaceAll(strings.TrimSuffix(o.Stack, "_"+strings.ReplaceAll(m.Domain, ".", "_")), "_", ".") + "." + m.Domain
			}
		}
	}
	t.Fatal("no app appeared")
	return ""
}

func TestSignals(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			cmd, wait := m.start("run", "--plan", demo)
			m.waitForApp(t)
			cmd.Process.Signal(sig)
			wait().want(t, 130)
		})
	}
}

// A second Ctrl-C ends the process at once; the janitor has the rest.
func TestSecondInterrupt(t *testing.T) {
	m := alone(t)
	cmd, wait := m.start("run", "--plan", demo)
	m.waitForApp(t)
	cmd.Process.Signal(syscall.SIGINT)
	m.waitFor("removing demo-pr")
	cmd.Process.Signal(syscall.SIGINT)
	wait().want(t, 130)
	m.run("janitor").want(t, 0)
}

// Two runs of the same commit and one of another pull request live side by side;
// a janitor from another clone (another state folder) touches none of them.
func TestTogether(t *testing.T) {
	t.Parallel()
	m, other := newMachine(t), newMachine(t)
	var wg sync.WaitGroup
	for i, machine := range []*machine{m, m, other} {
		_, wait := machine.start("run", "--plan", demo)
		wg.Go(func() {
			if e := wait(); e.code != 0 {
				t.Errorf("run %d: status %d\n%s\n%s", i, e.code, e.stdout, e.stderr)
			}
		})
	}
	m.waitForApp(t)
	if e := newMachine(t).run("janitor").want(t, 0); strings.Contains(e.stdout, "reaped app") {
		t.Errorf("another clone's janitor reaped a live run:\n%s", e.stdout)
	}
	wg.Wait()
}
