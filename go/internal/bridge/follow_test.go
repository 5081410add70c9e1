package bridge

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

func TestStateOf(t *testing.T) {
	for name, tt := range map[string]struct {
		outcome result.Outcome
		standIn string
		want    string
	}{
		"green":             {result.Pass, "", "success"},
		"green, a stand-in": {result.Pass, "a small server of notes", "warning"},
		"red":               {result.Fail, "", "failure"},
		"red, a stand-in":   {result.Fail, "a small server of notes", "failure"},
		"a machine's fault": {result.Error, "", "error"},
	} {
		t.Run(name, func(t *testing.T) {
			got := stateOf(result.Result{Outcome: tt.outcome, Identity: result.Identity{StandIn: tt.standIn}})
			if got != tt.want {
				t.Errorf("expected %s, found %s", tt.want, got)
			}
		})
	}
}

// TestSecondComment: the same commit may be asked for again.
func TestSecondComment(t *testing.T) {
	m, b, p := started(t)
	first := m.comment(p, "ada", "!testme")
	cycles(t, m, b, 3)
	second := m.comment(p, "ada", "!testme")
	cycles(t, m, b, 40)
	for _, id := range []int64{first, second} {
		if len(m.buildsOf(id)) != 1 || len(m.answers(p, id)) != 1 || !strings.Contains(m.answers(p, id)[0].body, "GREEN") {
			t.Errorf("comment %d: expected one green run, found %d builds, answers %v", id, len(m.buildsOf(id)), m.answers(p, id))
		}
	}
}

// TestNewerPush: a push cancels the run of the older head, and the answer says so.
func TestNewerPush(t *testing.T) {
	m, b, p := started(t)
	id := m.comment(p, "ada", "!testme")
	cycles(t, m, b, 2)
	m.do(func() { m.push(p, sha(77)) })
	cycles(t, m, b, 2)
	if a := m.answers(p, id); m.builds[0].status != "killed" || len(a) != 1 || !strings.Contains(a[0].body, "was pushed, so the run of the older commit was cancelled") {
		t.Errorf("expected a cancelled build and a word about it, found %s, %s", m.builds[0].status, a[0].body)
	}
}

// TestMissed: after a day away a comment gets one answer and no run.
func TestMissed(t *testing.T) {
	m := newModel(t, 0)
	dir := t.TempDir()
	cycles(t, m, m.bridge(t, dir, nil), 1)
	p := m.pull("hedgedoc", 7)
	m.tick(time.Minute)
	old := m.comment(p, "ada", "!testme")
	m.tick(2 * time.Hour)
	young := m.comment(p, "ada", "!testme")
	m.tick(23 * time.Hour)
	cycles(t, m, m.bridge(t, dir, nil), 20)
	if a := m.answers(p, old); len(m.buildsOf(old)) != 0 || len(a) != 1 || !strings.Contains(a[0].body, "more than a day ago") {
		t.Errorf("the old comment: %d builds, answers %v", len(m.buildsOf(old)), a)
	}
	if a := m.answers(p, young); len(m.buildsOf(young)) != 1 || len(a) != 1 || !strings.Contains(a[0].body, "GREEN") {
		t.Errorf("the young comment: %d builds, answers %v", len(m.buildsOf(young)), a)
	}
}

// TestEndings: what an answer says of a build that ends otherwise than well.
func TestEndings(t *testing.T) {
	for _, tt := range []struct {
		name, words string
		set         func(m *model, build *modelBuild, key string)
	}{
		{"red", "**RED", func(m *model, _ *modelBuild, key string) { m.results[key] = "fail" }},
		{"no result", "left no result", func(m *model, _ *modelBuild, key string) { m.results[key] = "none" }},
		{"cancelled in Drone", "cancelled in Drone", func(m *model, v *modelBuild, _ string) { v.status, v.finished = "killed", m.clock }},
		{"a broken pipeline", "could not carry out", func(m *model, v *modelBuild, _ string) { v.status = "error" }},
		{"runs for ever", "ran for more than 1h0m0s", func(m *model, v *modelBuild, _ string) { v.started = m.clock.Add(-2 * time.Hour) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, b, p := started(t)
			id := m.comment(p, "ada", "!testme")
			cycles(t, m, b, 1)
			m.tick(time.Second)
			m.do(func() { tt.set(m, m.builds[0], fmt.Sprint(id)) })
			if err := b.Cycle(context.Background()); err != nil {
				t.Fatal(err)
			}
			cycles(t, m, b, 40)
			if a := m.answers(p, id); len(a) != 1 || !strings.Contains(a[0].body, tt.words) || !strings.Contains(a[0].body, "phase=settled") {
				t.Errorf("expected one answer with %q, found %v", tt.words, a[0].body)
			}
		})
	}
}
