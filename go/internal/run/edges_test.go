package run

import (
	"testing"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/stage"
)

// A version that was tried beside another, and is then asked for by its name, counts as asked for: where it can't be tried, that is a gap.
func TestStartAskedForTwice(t *testing.T) {
	const name = "2.0.0+2.0"
	for _, first := range []bool{false, true} {
		for _, second := range []bool{false, true} {
			s := &session{edges: []stage.Edge{{Tag: name, Beside: first}}}
			if err := s.start(t.Context(), stage.Edge{From: name, Beside: second}, recipe.Tag{Name: name}); err != nil {
				t.Fatal(err)
			}
			if len(s.edges) != 1 || s.edges[0].Beside != (first && second) {
				t.Errorf("beside another: first %t, then %t: found %+v", first, second, s.edges)
			}
		}
	}
}
