package recipe

import (
	"errors"
	"strings"
	"testing"
)

// TestCapped: a command that prints more than its limit is ended, with an error that says so.
func TestCapped(t *testing.T) {
	r := newRepo(t)
	r.write("large", strings.Repeat("x", 1<<20)) // more than a pipe holds: git is still writing when it is ended
	r.commit("a large file")
	for name, limit := range map[string]int{"at once": 0, "later": 100 << 10} {
		t.Run(name, func(t *testing.T) {
			out := capped{limit: limit}
			err := gitTo(t.Context(), r.dir, &out, "cat-file", "blob", "HEAD:large")
			if !errors.Is(err, errCapped) || out.kept.Len() > limit {
				t.Errorf("%d bytes were kept: %v", out.kept.Len(), err)
			}
		})
	}
}
