package lint

import (
	"fmt"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/golden"
)

func TestReference(t *testing.T) {
	golden.Compare(t, "../../../docs/reference/lint.md", reference())
}

// reference gives docs/reference/lint.md, made from the table.
func reference() string {
	var b strings.Builder
	b.WriteString(`# Lint: what a recipe's maintainers should know

Made from the table in ` + "`go/internal/lint/table.go`" + `; ` + "`go test ./internal/lint -update`" + ` writes it anew.

` + "`cc-ci recipe check DIR`" + ` reads a recipe's clone by these rules in a second, without a swarm; every run does the same in
its stage prepare. Compose files, ` + "`.env.sample`" + `, ` + "`abra.sh`" + ` and tags are read, and compared with the published version
before. Nothing is executed.

| severity | what follows |
| --- | --- |
| warn | the finding stops the climb to the last level |
| act | the same: operators must act when they upgrade |
| info | worth knowing, nothing more |

A finding that is meant to be so is accepted in ` + "`recipes/<name>/default.nix`" + `, with the reason, which every result shows:

` + "```nix" + `
policy.exceptions = [
  { rule = "no-health-check"; place = "service app"; reason = "the image brings its own"; }
];
` + "```" + `

| rule | severity | what is found |
| --- | --- | --- |
`)
	for _, r := range table {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", r.ID, r.ID, r.Severity, strings.ReplaceAll(r.What, "|", `\|`))
	}
	for _, r := range table {
		fmt.Fprintf(&b, "\n## %s\n\nFound: %s.\n\nWhy: %s.\n\nInstead: %s.\n", r.ID, r.What, r.Why, r.Mend)
	}
	return b.String()
}
