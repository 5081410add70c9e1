package bench

import (
	"strings"
	"testing"
)

func TestSeries(t *testing.T) {
	for _, tt := range []struct {
		name   string
		values series
		want   string
	}{
		{"none", nil, "none"},
		{"one", series{1.5}, "1.50"},
		{"odd", series{3, 1, 2}, "2.00 (1.00 to 3.00)"},
		{"even", series{4, 1, 2, 3}, "2.50 (1.00 to 4.00)"},
		{"by rounds", series{2, 9}.per(series{1, 3}), "2.50 (2.00 to 3.00)"},
		{"against nothing", series{2, 9}.per(series{0, 3}), "3.00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.values.spread(ratio); got != tt.want {
				t.Errorf("expected %q, found %q", tt.want, got)
			}
		})
	}
}

func TestMarkdown(t *testing.T) {
	table := Table{Title: "T", Note: "n.", When: "now", Head: []string{"a", "b"}}
	table.row("1|2", seconds(0.0125))
	var b strings.Builder
	if err := table.Markdown(&b); err != nil {
		t.Fatal(err)
	}
	if want := "## T\n\nn.\n\nnow\n\n| a | b |\n| --- | --- |\n| 1\\|2 | 12.5 ms |\n\n"; b.String() != want {
		t.Errorf("expected %q, found %q", want, b.String())
	}
}

func TestParseBench(t *testing.T) {
	got := parseBench("goos: linux\npkg: coopcloud.tech/cc-ci/internal/dashboard\nBenchmarkBuild/500-2 \t 3\t 1500000000 ns/op\t 42.5 MB-sys\t 7 allocs/op\nPASS\nBenchmarkBuild/500-2  3  2500000000 ns/op\n")
	if s := got["dashboard.Build/500"]["ns/op"]; len(s) != 2 || s.median() != 2e9 {
		t.Errorf("ns/op: found %v", got)
	}
	if s := got["dashboard.Build/500"]["MB-sys"]; len(s) != 1 || s[0] != 42.5 {
		t.Errorf("MB-sys: found %v", got)
	}
}

func TestPartOf(t *testing.T) {
	for place, want := range map[string]string{
		"deploy": "engine and app start", "new.deploy": "engine and app start", "fresh.ready": "router", "ready": "router",
		"smoke[0]": "browser", "flows.a.b[3]": "browser", "state.write[0]": "the app's answers", "lost": "the app's answers",
		"restore": "backup service", "local.x.py::y": "the recipe's own tests", "steady": "seeing that nothing crashes",
		"setup[1]": "the app's answers", "needs.idp.setup[0]": "the app's answers", "secrets": "cc-ci and what is not a step",
	} {
		if got := partOf(place); got != want {
			t.Errorf("%s: expected %q, found %q", place, want, got)
		}
	}
}
