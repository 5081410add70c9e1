// Package repotest is ownrepo for tests.
//
// Limits: tests alone import it.
package repotest

import (
	"testing"

	"coopcloud.tech/cc-ci/internal/ownrepo"
)

// Git runs git in dir and gives what it printed, trimmed. The test ends where git fails.
func Git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	out, err := ownrepo.Git(t.Context(), dir, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
