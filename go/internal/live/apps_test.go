//go:build live

package live

import "testing"

// People log in to Miniflux, a real application with a Postgres, through Dex, a real provider with
// another, in the browser. Their recipes lie in checks/recipes, their tests in checks/tests; the whole
// matrix of both, and of further applications, is run by `make test-long`.
func TestSingleSignOn(t *testing.T) {
	t.Parallel()
	newMachine(t).run("run", "--plan", planOf("miniflux"), "--stage", "install").want(t, 0)
}
