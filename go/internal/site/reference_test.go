package site

import (
	"path/filepath"
	"testing"

	"coopcloud.tech/cc-ci/internal/golden"
	"coopcloud.tech/cc-ci/internal/structdoc"
)

// The two lines with which a swarm of one's own is enough.
const smallest = `{
  "domain": "ci.example.org",
  "state": "/var/lib/cc-ci/state"
}`

// TestReference compares docs/reference/site.md with what this package declares; -update writes it.
func TestReference(t *testing.T) {
	if _, err := parse("the page's example", []byte(smallest)); err != nil {
		t.Error(err)
	}
	golden.Compare(t, filepath.Join("..", "..", "..", "docs", "reference", "site.md"),
		"<!-- Generated from go/internal/site by `go test ./internal/site -update`; a test compares it. -->\n"+
			"# The site file\n\n"+
			"What a run must know of the machine that it runs on: where the engine, the router and abra are, and under which domain apps appear. A recipe's\n"+
			"plan knows nothing of it. It is read from `--site`, from `$CC_CI_SITE`, or from `/etc/cc-ci/site.json`, in this order.\n\n"+
			"`make` writes one for the machine that it sets up, and the server's modules write another; you write your own to test on a swarm that you have already. The smallest:\n\n"+
			"```json\n"+smallest+"\n```\n\n"+
			"It presumes an engine in swarm mode at its usual address, abra on PATH, the recipe traefik deployed with a certificate for `*.ci.example.org`,\n"+
			"and the recipe backup-bot-two. `cc-ci doctor` looks, row by row, whether a run would find all that it needs.\n\n"+
			"An unknown key is an error.\n"+structdoc.Tables(structdoc.Declared(t, "site.go")))
}
