package bridge

import (
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/apiclient"
	"coopcloud.tech/cc-ci/internal/trigger"
)

func TestMain(m *testing.M) {
	apiclient.WaitMin, apiclient.WaitMax = time.Millisecond, time.Millisecond
	os.Exit(m.Run())
}

func quietLog() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// started is a forge with an open pull request, and a bridge that has looked there once.
func started(t *testing.T) (*model, *Bridge, *modelPull) {
	t.Helper()
	m := newModel(t, 0)
	b := m.bridge(t, t.TempDir(), nil)
	p := m.pull("hedgedoc", 7)
	cycles(t, m, b, 1)
	return m, b, p
}

// cycles lets time go by and the bridge look, n times.
func cycles(t *testing.T, m *model, b *Bridge, n int) {
	t.Helper()
	for range n {
		m.tick(5 * time.Second)
		if err := b.Cycle(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTriggers walks what does and what does not start a run, each on a pull request of its own.
func TestTriggers(t *testing.T) {
	for _, tt := range []struct {
		name  string
		set   func(*model, *modelPull) int64 // gives the comment
		runs  bool
		words string // in the one answer; empty for no answer
	}{
		{"the word", func(m *model, p *modelPull) int64 { return m.comment(p, "ada", "!testme") }, true, "**GREEN"},
		{"white space", func(m *model, p *modelPull) int64 { return m.comment(p, "ada", " !testme\r\n") }, true, "**GREEN"},
		{"on the allow list", func(m *model, p *modelPull) int64 { return m.comment(p, "guest", "!testme") }, true, "**GREEN"},
		{"a fork", func(m *model, p *modelPull) int64 {
			p.source = "mallory/hedgedoc"
			return m.comment(p, "ada", "!testme")
		}, true, "**GREEN"},
		{"more words", func(m *model, p *modelPull) int64 { return m.comment(p, "ada", "!testme please") }, false, ""},
		{"quoted", func(m *model, p *modelPull) int64 { return m.comment(p, "ada", "> !testme") }, false, ""},
		{"the bot itself", func(m *model, p *modelPull) int64 { return m.comment(p, bot, "!testme") }, false, ""},
		{"a stranger", func(m *model, p *modelPull) int64 { return m.comment(p, "mallory", "!testme") }, false, "only members of org"},
		{"membership redirects", func(m *model, p *modelPull) int64 {
			m.members["mallory"] = 303
			return m.comment(p, "mallory", "!testme")
		}, false, ""},
		{"membership fails", func(m *model, p *modelPull) int64 {
			m.members["mallory"] = 500
			return m.comment(p, "mallory", "!testme")
		}, false, ""},
		{"not enrolled", func(m *model, p *modelPull) int64 { m.enrolled = nil; return m.comment(p, "ada", "!testme") }, false, "not enrolled"},
		{"not enrolled, a stranger", func(m *model, p *modelPull) int64 { m.enrolled = nil; return m.comment(p, "eve", "!testme") }, false, ""},
		{"closed", func(m *model, p *modelPull) int64 { p.open = false; return m.comment(p, "ada", "!testme") }, false, "is not open"},
		{"edited into", func(m *model, p *modelPull) int64 {
			id := m.comment(p, "ada", "!testme")
			p.comments[0].created = m.clock.Add(-30 * time.Second)
			return id
		}, false, ""},
		{"a push in the same second", func(m *model, p *modelPull) int64 {
			id := m.comment(p, "ada", "!testme")
			m.push(p, sha(77))
			return id
		}, false, "pushed after the comment"},
		{"a push of which the pull request shows nothing", func(m *model, p *modelPull) int64 {
			id := m.comment(p, "ada", "!testme")
			p.noted, p.sha = p.sha, sha(77)
			return id
		}, false, "a commit that this pull request does not show"},
		{"a push that the pull request shows and its time line not yet", func(m *model, p *modelPull) int64 {
			id := m.comment(p, "ada", "!testme")
			p.sha = sha(77)
			return id
		}, false, "a commit that this pull request does not show"},
		{"before the first start", func(m *model, p *modelPull) int64 {
			id := m.comment(p, "ada", "!testme")
			c := p.comments[0]
			c.created, c.updated = m.clock.Add(-time.Minute), m.clock.Add(-time.Minute)
			return id
		}, false, ""},
		{"an answer that somebody forged", func(m *model, p *modelPull) int64 {
			id := m.comment(p, "ada", "!testme")
			m.comment(p, bot, trigger.Key("another key").Line(p.pull, trigger.Mark{Comment: id, Phase: trigger.Settled}))
			return id
		}, true, "**GREEN"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newModel(t, 0)
			b := m.bridge(t, t.TempDir(), func(c *Config) { c.Allow = []string{"Guest"} })
			p := m.pull("hedgedoc", 7)
			cycles(t, m, b, 1) // the first start
			var id int64
			m.do(func() { id = tt.set(m, p) })
			cycles(t, m, b, 20)
			if builds := len(m.buildsOf(id)); builds != map[bool]int{true: 1}[tt.runs] || len(m.builds) != builds {
				t.Errorf("expected a run %v, found builds %d of %d", tt.runs, builds, len(m.builds))
			}
			var said []string
			for _, c := range m.answers(p, id) {
				if _, ok := b.cfg.Key.Read(p.pull, c.body); ok {
					said = append(said, c.body)
				}
			}
			if tt.words == "" && len(said) > 0 || tt.words != "" && (len(said) != 1 || !strings.Contains(said[0], tt.words)) {
				t.Errorf("expected one answer with %q, found %q", tt.words, said)
			}
		})
	}
}

// TestEnrolledJustNow: a folder that was merged between two comments counts for the second one, however soon it came (N2).
func TestEnrolledJustNow(t *testing.T) {
	m := newModel(t, 0)
	m.enrolled = nil
	b := m.bridge(t, t.TempDir(), nil)
	p := m.pull("hedgedoc", 7)
	cycles(t, m, b, 1)
	m.comment(p, "ada", "!testme")
	cycles(t, m, b, 1)
	m.do(func() { m.enrolled = []string{"hedgedoc"} })
	id := m.comment(p, "ada", "!testme")
	if err := b.Cycle(context.Background()); err != nil { // the clock stands still
		t.Fatal(err)
	}
	cycles(t, m, b, 20)
	if a := m.answers(p, id); len(a) != 1 || !strings.Contains(a[0].body, "**GREEN") {
		t.Errorf("expected one answer that is green, found %v", a)
	}
}

// TestSweep: each recipe once a round, only while nothing else waits, never twice.
func TestSweep(t *testing.T) {
	m := newModel(t, 0)
	m.enrolled = []string{"hedgedoc", "cryptpad", "n8n"}
	dir := t.TempDir()
	start := func() *Bridge { return m.bridge(t, dir, func(c *Config) { c.SweepPeriod = 7 * 24 * time.Hour }) }
	b := start()
	for range 3 * 7 * 24 {
		m.tick(time.Hour)
		if err := b.Cycle(context.Background()); err != nil {
			t.Fatal(err)
		}
		if rand.IntN(10) == 0 {
			b = start()
		}
	}
	seen := map[string]int{}
	for _, v := range m.builds {
		seen[v.params[trigger.ParamRecipe]]++
		if v.params[trigger.ParamPR] != "0" || v.params[trigger.ParamRef] != sha(999) {
			t.Errorf("parameters of a sweep: %v", v.params)
		}
	}
	for _, name := range m.enrolled {
		if n := seen[name]; n < 2 || n > 3 {
			t.Errorf("%s in three weeks: expected 2 or 3 runs, found %d", name, n)
		}
	}
}

// TestIdle: a cycle in which nothing happened is one small request, and nothing is kept of it.
func TestIdle(t *testing.T) {
	m := newModel(t, 0)
	b := m.bridge(t, t.TempDir(), nil)
	for n := range int64(1000) {
		m.pull("hedgedoc", n+1)
	}
	cycles(t, m, b, 1)
	m.requests, m.bytes = map[string]int{}, 0
	cycles(t, m, b, 100)
	delete(m.requests, "GET /api/repos/org/cc-ci/builds") // the look for builds that run too long, every five minutes
	delete(m.requests, "GET /api/repos/org/cc-ci")        // and at the project's settings
	if len(m.requests) != 1 || m.requests["GET /api/v1/repos/issues/search"] != 100 || m.bytes > 100*200 {
		t.Errorf("100 idle cycles: expected 100 searches of under 200 bytes, found %v, %d bytes", m.requests, m.bytes)
	}
}

// TestUnguarded: while a pull request of the project could run commands on the runner's host no build is made; the comment waits.
func TestUnguarded(t *testing.T) {
	m := newModel(t, 0)
	b := m.bridge(t, t.TempDir(), nil)
	p := m.pull("hedgedoc", 7)
	m.do(func() { m.unguarded = true })
	cycles(t, m, b, 1)
	id := m.comment(p, "ada", "!testme")
	cycles(t, m, b, 5)
	if n := len(m.buildsOf(id)); n != 0 || !strings.Contains(b.health.faults["project"], "pull requests") {
		t.Errorf("expected no build and a fault, found %d and %v", n, b.health.faults)
	}
	m.do(func() { m.unguarded = false })
	cycles(t, m, b, 20)
	if n := len(m.buildsOf(id)); n != 1 || b.health.faults["project"] != "" {
		t.Errorf("expected one build and no fault, found %d and %v", n, b.health.faults)
	}
}
