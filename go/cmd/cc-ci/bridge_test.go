package main

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/dashboard/stock"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/store"
)

// TestBridgeReport: the page and the picture that says most.
func TestBridgeReport(t *testing.T) {
	shot := func(name string, o result.Outcome) result.Stage {
		return result.Stage{Name: name, Outcome: o, Evidence: []result.Evidence{{Kind: "trace", File: "evidence/t.zip"}, {Kind: "screenshot", File: "evidence/" + name + " 1.png"}}}
	}
	r := result.Result{Recipe: "hedgedoc", ID: "20261123-143000-00000000"}
	const page = "https://ci.example/recipe/hedgedoc/20261123-143000-00000000/"
	for _, tt := range []struct {
		name   string
		stages []result.Stage
		want   string
	}{
		{"the stage that failed", []result.Stage{shot("install", result.Pass), shot("backup", result.Fail), shot("upgrade", result.Pass)}, page + "evidence/backup%201.png"},
		{"the last one", []result.Stage{shot("install", result.Pass), shot("upgrade", result.Pass)}, page + "evidence/upgrade%201.png"},
		{"none", nil, ""},
		{"a path that climbs", []result.Stage{{Evidence: []result.Evidence{{Kind: "screenshot", File: "../x.png"}}}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r.Stages = tt.stages
			got := published{pages: "https://ci.example"}.report(r)
			if got.Page != page || got.Screenshot != tt.want {
				t.Errorf("expected %s, %s; found %s, %s", page, tt.want, got.Page, got.Screenshot)
			}
		})
	}
	if got := (published{}).report(r); got.Page != "" || got.Screenshot != "" {
		t.Errorf("without a dashboard: found %+v", got)
	}
}

// TestBridgeJudges: what earlier runs say about a pass stands in the answer.
func TestBridgeJudges(t *testing.T) {
	dir, at := t.TempDir(), time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	put := func(n int, o result.Outcome, times time.Duration) result.Result {
		r := stock.Run(rand.New(rand.NewPCG(1, 1)), "hedgedoc", 0, at.Add(time.Duration(n)*time.Hour))
		r.Outcome, r.Identity.Commit = o, strings.Repeat("a", 40)
		for i := range r.Stages {
			r.Stages[i].Outcome, r.Stages[i].Retries = result.Pass, 0
		}
		if o == result.Fail {
			r.Stages[len(r.Stages)-1].Outcome = result.Fail
		}
		r.Ended = r.Started.Add(times * time.Minute)
		if err := stock.Write(dir, r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	p := published{store: store.Read(dir)}
	for n := range 6 {
		if flaky, slow := p.judge(put(n, result.Pass, 1)); flaky != "" || slow != "" {
			t.Fatalf("run %d: expected nothing to say, found %q, %q", n, flaky, slow)
		}
	}
	if _, slow := p.judge(put(6, result.Pass, 3)); slow != "3 m 0 s, 3.0 times its usual 1 m 0 s" {
		t.Errorf("three times as long: found %q", slow)
	}
	put(7, result.Fail, 1)
	green := put(8, result.Pass, 1)
	if flaky, _ := p.judge(green); flaky != "the same commit, plan and images failed at "+green.Stages[len(green.Stages)-1].Name+" before" {
		t.Errorf("after a failure: found %q", flaky)
	}
	put(9, result.Fail, 1)
	if flaky, _ := p.judge(put(6, result.Pass, 1)); flaky != "" {
		t.Errorf("a later failure says nothing of a run before it: found %q", flaky)
	}
}
