package standin

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"coopcloud.tech/cc-ci/internal/golden"
	"coopcloud.tech/cc-ci/internal/standin/switches"
)

// TestPage fails when the reference page isn't what the tables say.
func TestPage(t *testing.T) {
	golden.Compare(t, "../../../docs/reference/abra-standin.md", page(t))
}

const pageHead = `# abra-standin

<!-- Generated from the stand-in's own tables by ` + "`go test ./internal/standin -run TestPage -update`" + `. -->

` + "`abra-standin`" + ` is an executable with [abra](https://docs.coopcloud.tech/abra/)'s command line that deploys to a
real Docker Swarm. It is for the demo, the tests, and machines that can't have abra; production uses abra itself.
It refuses what abra refuses and names things as abra names them. A result names whichever was used:
` + "`abra-standin --version`" + ` says so. ` + "`cc-ci doctor --abra-contract`" + ` compares either of them with what the driver counts on.

It reads ` + "`ABRA_DIR`" + ` (default ` + "`~/.abra`" + `), ` + "`DOCKER_HOST`" + `, ` + "`DOCKER_CONFIG`" + ` and ` + "`CC_CI_STANDIN`" + `. Data goes to standard output,
` + "`INFO`, `WARN` and `FATA`" + ` lines to standard error. The exit status is 0 or 1.

## Rules it enforces

- A flag or an argument that a command doesn't have is an error; so is what abra would ask a person, without ` + "`-n`" + `.
- Without ` + "`-C`" + `: a clone with changed or untracked files is refused; a lightweight version tag is refused (R014);
  ` + "`app new`" + ` moves the clone to the newest tag, ` + "`app deploy`" + ` to the version in force.
- A secret that an active compose file uses must exist; no secret's or config's name may be over 64 characters.
- An app that is deployed is deployed again with ` + "`-f` or `-C`" + ` only; its volumes and its env file can't be removed.
- A duration in a compose file can't be a variable.
- A deploy succeeds when the swarm says that every task runs (and is healthy, where there is a health check) within
  the seconds of the label ` + "`coop-cloud.<stack>.timeout`" + `, 50 where there is none. A roll-back is a failure.
- Secrets carry no label, and stay, as volumes do, when the app is undeployed.
- Backup commands need backup-bot-two on the server and a terminal. ` + "`app logs`" + ` never ends.
- ` + "`abra.sh`" + ` is never run: only its ` + "`export NAME=value`" + ` lines are read.

## Not here

Remote servers, the catalogue, ` + "`pass`" + `, prompts, ` + "`app upgrade`, `rollback`, `config`, `check`, `env`, `cmd`, `cp`, `services`" + `,
the other ` + "`recipe`" + ` commands, lint rules other than R014, ` + "`POST_DEPLOY_CMDS`" + `, ` + "`--prune`" + `, standard input of ` + "`app run`" + `.

## Commands

| command | flags |
|---|---|
`

const pageSwitches = `
Every command also takes ` + "`-n`/`--no-input`, `-o`/`--offline` and `-d`/`--debug`" + `.

## Switches

What nobody has confirmed of abra can take either form here, so that the driver is proven against both.
` + "`CC_CI_STANDIN=name=form,name=form`" + ` chooses; the first form of each is the default. The row is the place in the
abra contract, the project's list of what is known of abra and how surely.

| switch | row | form | meaning |
|---|---|---|---|
`

// page is the reference page as the tables make it.
func page(t *testing.T) string {
	t.Helper()
	set, err := switches.Parse("")
	if err != nil {
		t.Fatal(err)
	}
	p := &program{switches: set, out: io.Discard, err: io.Discard}
	var b strings.Builder
	b.WriteString(pageHead)
	for _, row := range commandRows(p.root(nil)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.ReplaceAll(row[0], "|", `\|`), row[1])
	}
	b.WriteString(pageSwitches)
	for _, sw := range switches.Table {
		for i, form := range sw.Forms {
			name, place := "", ""
			if i == 0 {
				name, place = "`"+sw.Name+"`", sw.Row
			}
			fmt.Fprintf(&b, "| %s | %s | `%s` | %s |\n", name, place, form.Name, form.Meaning)
		}
	}
	return b.String()
}

// commandRows gives each command that does something, with its own flags.
func commandRows(cmd *cobra.Command) [][2]string {
	var rows [][2]string
	children := cmd.Commands()
	slices.SortFunc(children, func(a, b *cobra.Command) int { return strings.Compare(a.Name(), b.Name()) })
	for _, child := range children {
		rows = append(rows, commandRows(child)...)
	}
	if len(children) > 0 {
		return rows
	}
	var flags []string
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		text := "`--" + f.Name + "`"
		if f.Shorthand != "" {
			text = "`-" + f.Shorthand + "`/" + text
		}
		flags = append(flags, text)
	})
	use := strings.TrimSuffix(cmd.UseLine(), " [flags]")
	return [][2]string{{use, strings.Join(flags, ", ")}}
}
