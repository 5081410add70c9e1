package policy

import (
	"fmt"
	"strings"
)

// reference gives docs/reference/policy.md, made from the table.
func reference() string {
	var b strings.Builder
	b.WriteString(`# Policy: what a recipe may not ask for

Made from the table in ` + "`go/internal/policy/table.go`" + `; ` + "`go test ./internal/policy -update`" + ` writes it anew.

A pull request's recipe is hostile until the policy has nothing against it. Before any container starts, all
active compose files, ` + "`.env.sample`" + `, ` + "`abra.sh`" + `, labels, files and links are resolved and judged; after the deploy
the created services, networks and volumes are judged by the same rules (marked "twice").

| severity | what follows |
| --- | --- |
| refuse | the recipe is not deployed: outcome fail, reason "policy" |
| warn | deployed; the finding stops the climb to the last level |
| info | worth knowing, nothing more |

An exception stands in ` + "`recipes/<name>/default.nix`" + ` on the default branch, never in the pull request, and is shown
with its reason in every result:

` + "```nix" + `
policy.exceptions = [
  { rule = "published-port"; place = "service app: ports[0]"; found = "25:25/tcp"; reason = "speaks SMTP, which no router carries"; }
];
` + "```" + `

` + "`place`" + ` is the finding's, whole, or without the file in front, or also without the index behind. ` + "`found`" + ` is what the
finding says is there, up to what to do instead, with ` + "`\\${domain}` and `\\${stack}`" + ` for the run's. A refusal passes only as what is found there: where a pull request
writes another thing at that place, it is refused, and the finding ` + "`unused-exception`" + ` says what ` + "`found`" + ` would have to be, ready to be pasted. Where the published version says it in other words, it has an exception of its own. ` + "`place`" + ` may hold
` + "`\\${domain}` and `\\${stack}`" + ` too. A list of findings that was cut is refused, whatever is excepted.

After the deploy the same exceptions hold, whatever the engine calls what was found, without the index: the deployer sorts. What the engine knows under another name
than the compose file's key (a network, secret or config with a ` + "`name`" + `; without the stack in front), or has of itself, takes an exception
with the place that its refusal prints, such as ` + "`created: secrets.wildcard`" + `; there ` + "`found`" + ` is compared as well, and one that nothing needs is not told.

| rule | severity | judged | what is found |
| --- | --- | --- | --- |
`)
	for _, r := range table {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s |\n", r.ID, r.ID, r.Severity, r.judged(), strings.ReplaceAll(r.What, "|", `\|`))
	}
	for _, r := range table {
		fmt.Fprintf(&b, "\n## %s\n\nFound: %s.\n\nWhy: %s.\n\nInstead: %s.\n", r.ID, r.What, r.Why, r.Mend)
	}
	return b.String()
}

func (r rule) judged() string {
	if r.created {
		return "twice"
	}
	return "before"
}
