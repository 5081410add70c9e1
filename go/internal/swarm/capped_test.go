package swarm

import (
	"io"
	"strings"
	"testing"
)

// TestCapped: a service with a terminal of its own is copied as it comes.
func TestCapped(t *testing.T) {
	var kept capped
	n, err := io.Copy(&kept, struct{ io.Reader }{strings.NewReader(strings.Repeat("x", maxOutput+1))})
	if err != nil || n != maxOutput+1 || kept.kept.Len() != maxOutput {
		t.Errorf("%d bytes were copied, %d kept: %v", n, kept.kept.Len(), err)
	}
}
