//go:build live

package live

import (
	"slices"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/site"
)

// A service that takes more than the machine gives is ended, and the red run says why. What is
// asked for alone is refused before anything starts.
func TestGreedyRecipes(t *testing.T) {
	t.Parallel()
	const none = "networks:\n  proxy:"
	many := "  more: &more\n    image: nginx:1.27.2\n"
	for c := range strings.SplitSeq(strings.Repeat("x", 41), "") {
		many += "  " + c + strings.Repeat("y", strings.Count(many, "\n")) + ": *more\n"
	}
	for _, tt := range []struct {
		name, services string
		stage          string
		says           []string
	}{
		{"memory", "  greedy:\n    image: nginx:1.27.2\n    entrypoint: [sh, -c, \"sleep 2; head -c 300000000 /dev/zero | tail -n 1\"]\n", "install", []string{"service greedy failed 3 times", "out of memory"}},
		{"services", many, "prepare", []string{"services: compose.yml: services: 43 services"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := on(t, variant(t, edit{"compose.yml", none, tt.services + "\n" + none}))
			m.Limits = site.Limits{MemoryMiB: 96, Pids: 200, LogMiB: 8}
			e := m.run("run", "--stage", "install", "--plan", edited(t, demo, func(p *plan.Plan) { p.Flows = []plan.Flow{} })).want(t, 1)
			i := slices.IndexFunc(e.result.Stages, func(s result.Stage) bool { return s.Outcome == result.Fail })
			if e.result.Stages[i].Name != tt.stage {
				t.Errorf("want stage %s, got %s", tt.stage, e.result.Stages[i].Name)
			}
			for _, w := range tt.says {
				if !strings.Contains(e.stdout, w) {
					t.Errorf("the last screen doesn't say %q:\n%s", w, e.stdout)
				}
			}
		})
	}
}
