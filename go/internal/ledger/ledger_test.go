package ledger

import (
	"fmt"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

var begin = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

// entry is a run of install and upgrade that ended at upgrade with o, n hours after begin.
func entry(n int, o result.Outcome, more ...func(*Entry)) Entry {
	e := Entry{
		Run: fmt.Sprintf("run-%d", n), Started: begin.Add(time.Duration(n) * time.Hour), Took: 40 * time.Second,
		Outcome: o, Commit: "c0ffee", Plan: "plan", Abra: "abra 1", Images: map[string]string{"app:1": "sha256:a"},
		Stages: []Stage{{Name: "install", Outcome: result.Pass}, {Name: "upgrade", Outcome: o}},
	}
	for _, m := range more {
		m(&e)
	}
	return e
}

func commit(c string) func(*Entry) { return func(e *Entry) { e.Commit = c } }
func image(name, d string) func(*Entry) {
	return func(e *Entry) { e.Images = map[string]string{name: d} }
}
func retries(n int) func(*Entry)          { return func(e *Entry) { e.Retries = n } }
func took(d time.Duration) func(*Entry)   { return func(e *Entry) { e.Took = d } }
func stages(list ...Stage) func(*Entry)   { return func(e *Entry) { e.Stages = list } }
func pass(n int, m ...func(*Entry)) Entry { return entry(n, result.Pass, m...) }
func fail(n int, m ...func(*Entry)) Entry { return entry(n, result.Fail, m...) }

func TestFlakeOf(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before []Entry
		e      Entry
		want   string
	}{
		{"a first pass", nil, pass(9), ""},
		{"a pass after passes", []Entry{pass(1), pass(2)}, pass(9), ""},
		{"a pass after a retry", nil, pass(9, retries(1)), "it passed after a retry"},
		{"a pass after two", nil, pass(9, retries(2)), "it passed after 2 retries"},
		{"the same failed before", []Entry{fail(1)}, pass(9), "the same commit, plan and images failed at upgrade before"},
		{"longer ago than the window", []Entry{fail(9 - 31*24)}, pass(9), ""},
		{"and passed in between", []Entry{fail(1), pass(2)}, pass(9), "the same commit, plan and images failed at upgrade before"},
		{"another commit failed", []Entry{fail(1, commit("beef"))}, pass(9), ""},
		{"with another image", []Entry{fail(1, image("app:1", "sha256:b"))}, pass(9), ""},
		{"before an image was known", []Entry{fail(1, image("", ""))}, pass(9), "the same commit, plan and images failed at upgrade before"},
		{"a stage failed that was not tried now", []Entry{fail(1)}, pass(9, stages(Stage{Name: "install", Outcome: result.Pass})), ""},
		{"the machine failed before", []Entry{entry(1, result.Error)}, pass(9), ""},
		{"no commit is known", []Entry{fail(1, commit(""))}, pass(9, commit("")), ""},
		{"a failure is red, not flaky", []Entry{pass(1)}, fail(9, retries(3)), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if f := FlakeOf(tt.e, tt.before); f != nil {
				got = f.String()
			}
			if got != tt.want {
				t.Errorf("expected %q, found %q", tt.want, got)
			}
		})
	}
}

func TestRatesOf(t *testing.T) {
	day := func(n int) int { return n * 24 }
	all := []Entry{
		{Run: "broken", Unreadable: "truncated"},
		fail(day(0)), // out of the window below, and still what makes the next pass flaky
		pass(day(5)), pass(day(6), commit("beef")), fail(day(7), commit("f00d")), entry(day(8), result.Error), entry(day(9), result.NotRun),
	}
	got := RatesOf(all, begin.Add(31*24*time.Hour))
	want := Rates{Runs: 5, Decided: 3, Flaky: 1, Errors: 1, Until: begin.Add(35 * 24 * time.Hour)}
	if got != want {
		t.Errorf("expected %+v\nfound    %+v", want, got)
	}
	if got.FlakyPercent() != 34 || got.ErrorPercent() != 20 {
		t.Errorf("expected 34 and 20 percent, found %d and %d", got.FlakyPercent(), got.ErrorPercent())
	}
	if got := RatesOf(all, begin.Add(365*24*time.Hour)); got != (Rates{}) {
		t.Errorf("a year later: expected nothing, found %+v", got)
	}
}

func TestPaceOf(t *testing.T) {
	seconds := func(list ...int) (out []Entry) {
		for i, s := range list {
			out = append(out, pass(i, took(time.Duration(s)*time.Second)))
		}
		return out
	}
	for _, tt := range []struct {
		name   string
		before []Entry
		e      Entry
		want   string
	}{
		{"too few to have a usual", seconds(40, 40, 40, 40), pass(99, took(4*time.Minute)), "4 m 0 s"},
		{"as usual", seconds(40, 42, 38, 41, 39), pass(99, took(44*time.Second)), "44 s, as usual"},
		{"slow", seconds(40, 42, 38, 41, 39), pass(99, took(92*time.Second)), "1 m 32 s, 2.3 times its usual 40 s"},
		{"one that hung moves nothing", seconds(40, 42, 3600, 41, 39), pass(99, took(92*time.Second)), "1 m 32 s, 2.2 times its usual 41 s"},
		{"a recipe that varies may vary", seconds(40, 90, 35, 80, 60, 100, 45), pass(99, took(110*time.Second)), "1 m 50 s, as usual"},
		{"no spread at all: a few seconds are nothing", seconds(8, 8, 8, 8, 8), pass(99, took(12*time.Second)), "12 s, as usual"},
		{"other stages are another thing", seconds(4, 4, 4, 4, 4), pass(99, took(time.Minute), stages(Stage{Name: "install", Outcome: result.Pass})), "1 m 0 s"},
		{"a failure has no pace", seconds(40, 40, 40, 40, 40), fail(99, took(time.Hour)), "1 h 0 m"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := PaceOf(tt.e, tt.before).String(); got != tt.want {
				t.Errorf("expected %q, found %q", tt.want, got)
			}
		})
	}
}

func TestUsual(t *testing.T) {
	whole := func(e *Entry) { e.Level = &result.Level{Reached: 5} }
	for _, tt := range []struct {
		name string
		runs []Entry
		want time.Duration
	}{
		{"none", nil, 0},
		{"never passed", []Entry{fail(1, whole)}, 0},
		{"single stages alone", []Entry{pass(1, took(time.Minute))}, 0},
		{"one", []Entry{pass(1, whole, took(time.Minute))}, time.Minute},
		{"the median of the passes", []Entry{pass(1, whole, took(60*time.Second)), pass(2, whole, took(80*time.Second)),
			pass(3, whole, took(70*time.Second)), fail(4, whole, took(time.Second))}, 70 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Usual(tt.runs); got != tt.want {
				t.Errorf("expected %v, found %v", tt.want, got)
			}
		})
	}
}
