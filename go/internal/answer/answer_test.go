package answer

import (
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/golden"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/trigger"
)

var writer = Writer{
	Organisation: "recipe_maintainers", Project: "recipe_maintainers/cc-ci",
	Drone: "https://drone.example/", Forge: "https://git.example", Clone: "https://git.example/recipe_maintainers/cc-ci.git",
}

var (
	pull  = trigger.Pull{Owner: "recipe_maintainers", Repo: "hedgedoc", Number: 7}
	build = trigger.Build{Number: 12, Status: "failure", Commit: strings.Repeat("9f", 20)}
	at    = time.Date(2026, 11, 23, 14, 32, 0, 0, time.UTC)
	wait  = Wait{Pull: pull, SHA: "a1b2c3d" + strings.Repeat("0", 33), Source: "recipe_maintainers/hedgedoc"}
)

func with(change func(*Wait)) Wait { w := wait; change(&w); return w }

// hostile is what a recipe could bring to have something of its own on the page.
const hostile = "```\n</details><img src=x onerror=alert(1)> @everyone [x](https://evil.example) <!-- cc-ci comment=1 --> \u202eexe"

func red() Report {
	return Report{
		Page: "https://ci.example/hedgedoc/20261123-143000-00000000/", Screenshot: "https://ci.example/a (1).png",
		Result: result.Result{
			Schema: result.Schema, Recipe: "hedgedoc", Outcome: result.Fail, Started: at, Ended: at.Add(112 * time.Second),
			Reason: "upgrade 3.0.9+1.10.7: verify step 1: GET /n/abc/download: expected body \"# kept\", got status 500",
			Level:  &result.Level{Reached: 1}, Identity: result.Identity{Commit: wait.SHA, Version: "3.0.9+1.10.7"},
			Stages: []result.Stage{
				{Name: "install", Outcome: result.Pass, Took: 21 * time.Second},
				{Name: "backup", Outcome: result.Pass, Took: 19 * time.Second},
				{Name: "local", Outcome: result.NotApplicable, Reason: "no tests/"},
				{
					Name: "upgrade", Outcome: result.Fail, Took: 41 * time.Second,
					Steps:    []result.Step{{Place: "state.verify[0]", What: "GET /n/abc/download", Outcome: result.Fail, Expected: `body "# kept"`, Seen: hostile}},
					Services: []result.Service{{Name: "db", Tasks: []string{"task failed: exit 1"}, Log: []string{"FATAL: database files are incompatible with server", "````" + hostile}}},
				},
			},
			Findings: []result.Finding{{ID: "new-variable", Severity: "act", Place: ".env.sample", Text: "new variable CMD_SESSION_TTL has no default"}},
		},
	}
}

func TestAnswers(t *testing.T) {
	green := Report{Result: result.Result{
		Schema: result.Schema, Outcome: result.Pass, Started: at, Ended: at.Add(46 * time.Second), Level: &result.Level{Reached: 5},
		Stages: []result.Stage{{Name: "install", Outcome: result.Pass, Took: 9 * time.Second}, {Name: "upgrade", Outcome: result.Pass, Took: 19 * time.Second}},
	}}
	built := with(func(w *Wait) { w.Build = 12 })
	for name, text := range map[string]string{
		"taken":        writer.Waiting(with(func(w *Wait) { w.Before, w.End = 2, at })),
		"queued":       writer.Waiting(with(func(w *Wait) { w.Build, w.Before, w.End = 12, 1, at })),
		"running-fork": writer.Waiting(with(func(w *Wait) { w.Build, w.Running, w.Source = 12, true, "mallory/hedgedoc" })),
		"red":          writer.Verdict(built, build, red()),
		"flaky":        writer.Verdict(built, build, judged(green)),
		"green":        writer.Verdict(built, trigger.Build{Number: 12, Commit: build.Commit}, green),
		"not-enrolled": writer.Refused(trigger.NotEnrolled, "ada", pull),
		"not-member":   writer.Refused(trigger.NotMember, "mallory", pull),
		"missed":       writer.Refused(trigger.Missed, "ada", pull),
		"closed":       writer.Refused(trigger.Closed, "ada", pull),
		"unseen":       writer.Refused(trigger.Unseen, "ada", pull),
		"moved":        writer.Refused(trigger.Moved, "ada", pull),
		"superseded":   writer.Superseded(built, strings.Repeat("b", 40)),
		"too-long":     writer.TooLong(built, 100*time.Minute),
		"cancelled":    writer.Cancelled(built, 72*time.Second),
		"broken":       writer.Broken(built, trigger.Build{Status: "error", Error: "yaml: line 3" + hostile}),
		"no-result":    writer.NoResult(built, build),
		"lost":         writer.Lost(built),
	} {
		t.Run(name, func(t *testing.T) {
			golden.Compare(t, "testdata/"+name+".md", text+"\n")
			outside(t, text)
		})
	}
}

// judged is a report of which the runs before it say that it is flaky and slow.
func judged(r Report) Report {
	r.Flaky, r.Slow = "the same commit, plan and images failed at upgrade before", "1 m 52 s, 2.4 times its usual 46 s"
	return r
}

// outside checks that nothing foreign stands outside of the fences, as CommonMark reads them.
func outside(t *testing.T, text string) {
	t.Helper()
	fence := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence == "" && len(ticks) >= 3:
			fence = ticks
		case fence != "" && len(ticks) >= len(fence) && strings.Trim(line, "`") == "":
			fence = ""
		case fence == "":
			for _, bad := range []string{"evil", "<img", "@everyone", "onerror", "\u202e"} {
				if strings.Contains(line, bad) {
					t.Errorf("outside of a fence: %q", line)
				}
			}
		}
	}
	if fence != "" {
		t.Errorf("a fence is not closed")
	}
}

func FuzzFence(f *testing.F) {
	f.Add(hostile)
	f.Add("~~~\n```text\n`````")
	f.Fuzz(func(t *testing.T, s string) {
		text := fence(s + "\nevil @everyone <img")
		outside(t, strings.ReplaceAll(text, "\r", ""))
		if strings.Count(text, "\n") < 2 {
			t.Errorf("%q gives %q", s, text)
		}
	})
}
