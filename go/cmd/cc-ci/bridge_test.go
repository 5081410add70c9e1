package main

import (
	"testing"

	"coopcloud.tech/cc-ci/internal/result"
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
