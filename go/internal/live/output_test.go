//go:build live

package live

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
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
