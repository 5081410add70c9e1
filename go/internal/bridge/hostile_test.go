package bridge

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// TestForgeClock: a wrong time that the forge gives once loses no later comment.
func TestForgeClock(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ahead time.Duration
		fails bool
	}{
		{"a year ahead", 365 * 24 * time.Hour, true},
		{"two days ahead", 48 * time.Hour, true},
		{"a year behind", -365 * 24 * time.Hour, true},
		{"half an hour ahead", 30 * time.Minute, false},
		{"half an hour behind", -30 * time.Minute, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newModel(t, 0)
			dir := t.TempDir()
			b := m.bridge(t, dir, nil)
			p := m.pull("hedgedoc", 7)
			cycles(t, m, b, 2)
			m.do(func() { m.ahead = tt.ahead })
			m.tick(5 * time.Second)
			if err := b.Cycle(context.Background()); (err != nil) != tt.fails || tt.fails && !strings.Contains(err.Error(), "the forge's clock says") {
				t.Errorf("expected an error %v, found %v", tt.fails, err)
			}
			m.do(func() { m.ahead = 0 })
			cycles(t, m, b, 1)
			var id int64
			m.do(func() { id = m.comment(p, "ada", "!testme") })
			cycles(t, m, m.bridge(t, dir, nil), 20) // another process: it knows the file alone
			if a := m.answers(p, id); len(m.buildsOf(id)) != 1 || len(a) != 1 || !strings.Contains(a[0].body, "**GREEN") {
				t.Errorf("expected one green run, found %d builds and %d answers", len(m.buildsOf(id)), len(a))
			}
		})
	}
}

// TestBuildNumberGivenAnew: a Drone that was restored from a copy gives numbers away a second time. Another comment's
// build is neither cancelled nor shown in place of the one that is gone.
func TestBuildNumberGivenAnew(t *testing.T) {
	m, b, p := started(t)
	id := m.comment(p, "ada", "!testme")
	cycles(t, m, b, 1)
	m.do(func() {
		m.builds[0].params = map[string]string{trigger.ParamComment: "999", trigger.ParamRecipe: "hedgedoc", trigger.ParamRef: p.sha}
		m.push(p, sha(77)) // would cancel the run
	})
	cycles(t, m, b, 3)
	if a := m.answers(p, id); m.builds[0].status == "killed" || len(a) != 1 || !strings.Contains(a[0].body, "has no build 1 any more") {
		t.Errorf("expected another's build to go on and a word about the own one, found %s, %v", m.builds[0].status, a[0].body)
	}
}

// TestBlockedBot: whoever opened a pull request can block the bot there. What a stranger says then is not tried for two days; what
// a member says is.
func TestBlockedBot(t *testing.T) {
	m, b, p := started(t)
	m.do(func() {
		p.locked = true
		for range 20 {
			m.comment(p, "mallory", "!testme")
		}
	})
	cycles(t, m, b, 1)
	if len(b.open) != 0 || len(b.health.faults) != 0 {
		t.Errorf("expected nothing to be tried again, found %d comments and %v", len(b.open), b.health.faults)
	}
	id := m.comment(p, "ada", "!testme")
	cycles(t, m, b, 1)
	m.do(func() { p.locked = false })
	cycles(t, m, b, 30)
	if a := m.answers(p, id); len(m.buildsOf(id)) != 1 || len(a) != 1 || len(b.open) != 0 {
		t.Errorf("expected one run once the bot may speak, found %d builds and %d answers", len(m.buildsOf(id)), len(a))
	}
}

// TestFlood: a stranger gets one answer on a pull request, however often they ask, and nobody waits for that.
func TestFlood(t *testing.T) {
	m := newModel(t, 0)
	b := m.bridge(t, t.TempDir(), nil)
	p, other := m.pull("hedgedoc", 7), m.pull("hedgedoc", 8)
	cycles(t, m, b, 1)
	var id int64
	m.do(func() {
		for range 200 {
			m.comment(p, "mallory", "!testme")
		}
		m.comment(p, "eve", "!testme")
		m.comment(other, "Mallory", "!testme")
		id = m.comment(p, "ada", "!testme")
	})
	cycles(t, m, b, 30)
	said := 0
	for _, c := range append(p.comments, other.comments...) {
		if strings.Contains(c.body, "only members of org") {
			said++
		}
	}
	if said != 3 || len(m.builds) != 1 || len(m.answers(p, id)) != 1 || len(b.open) != 0 {
		t.Errorf("expected 3 refusals and one run, found %d and %d", said, len(m.builds))
	}
}

// TestFaultsEnd: a refusal whose post seemed to be lost is found later. The fault ends with it.
func TestFaultsEnd(t *testing.T) {
	m := newModel(t, 0)
	b := m.bridge(t, t.TempDir(), nil)
	p := m.pull("hedgedoc", 7).pull
	b.open[5] = &ticket{pull: p, comment: trigger.Comment{ID: 5}}
	b.health.fault("comment 5", trigger.ErrGone)
	b.join(p, 5, found{trigger.Comment{ID: 6}, trigger.Mark{Comment: 5, Phase: trigger.Settled}})
	if len(b.open) != 0 || len(b.health.faults) != 0 {
		t.Errorf("expected nothing open and no fault, found %d and %v", len(b.open), b.health.faults)
	}
}

// TestRestored: with the cursor of a copy from before, and whatever was done to the answer, a comment has one build and one answer.
func TestRestored(t *testing.T) {
	for _, tt := range []struct {
		name string
		harm func(b *Bridge, p *modelPull, answer *modelComment, id int64)
	}{
		{"nothing else", func(*Bridge, *modelPull, *modelComment, int64) {}},
		{"the answer was deleted", func(_ *Bridge, p *modelPull, answer *modelComment, _ int64) {
			p.comments = slices.DeleteFunc(p.comments, func(c *modelComment) bool { return c == answer })
		}},
		{"the answer was emptied", func(_ *Bridge, _ *modelPull, answer *modelComment, _ int64) { answer.body = "" }},
		{"the answer was set back to what it was at first", func(b *Bridge, p *modelPull, answer *modelComment, id int64) {
			answer.body = b.cfg.Key.Line(p.pull, trigger.Mark{Comment: id, Phase: trigger.Claimed, Ref: p.sha})
		}},
		{"the comment was deleted", func(_ *Bridge, p *modelPull, _ *modelComment, id int64) {
			p.comments = slices.DeleteFunc(p.comments, func(c *modelComment) bool { return c.id == id })
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newModel(t, 0)
			dir := t.TempDir()
			b := m.bridge(t, dir, nil)
			p := m.pull("hedgedoc", 7)
			cycles(t, m, b, 1)
			old, err := os.ReadFile(filepath.Join(dir, cursorFile))
			if err != nil {
				t.Fatal(err)
			}
			var id int64
			m.do(func() { id = m.comment(p, "ada", "!testme") })
			cycles(t, m, b, 30)
			if err := os.WriteFile(filepath.Join(dir, cursorFile), old, 0o600); err != nil {
				t.Fatal(err)
			}
			m.do(func() { tt.harm(b, p, m.answers(p, id)[0], id); p.updated = m.clock })
			cycles(t, m, m.bridge(t, dir, nil), 30)
			if a := m.answers(p, id); len(m.buildsOf(id)) != 1 || len(a) != 1 || !strings.Contains(a[0].body, "**GREEN") {
				t.Errorf("expected one build and one green answer, found %d and %d", len(m.buildsOf(id)), len(a))
			}
		})
	}
}
