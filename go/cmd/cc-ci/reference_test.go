package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/golden"
)

// The reference page of the commands is the command tree.
func TestCLIReference(t *testing.T) {
	path := filepath.Join(repository, "docs/reference/cli.md")
	root := rootCmd()
	var b strings.Builder
	b.WriteString("# cc-ci at the command line\n\nMade from the commands themselves; `go test ./cmd/cc-ci -update` writes it anew. " +
		"`nix run .#test-<recipe> -- FLAGS` is `cc-ci run --plan <the recipe's plan> FLAGS`.\n")
	section(&b, root)
	for _, m := range regexp.MustCompile(`--[a-z-]+ [a-z-]+ [a-z-]+   `).FindAllString(b.String(), -1) {
		t.Errorf("%q: pflag takes what stands in backquotes for the value's name: expected one word", m)
	}
	golden.Compare(t, path, b.String())
}

// section writes what a command's --help says, then those below it. Hidden commands are the
// program's own.
func section(b *strings.Builder, cmd *cobra.Command) {
	if cmd.Hidden || cmd.Name() == "help" || cmd.Name() == "completion" {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\n%s.\n", cmd.CommandPath(), strings.ReplaceAll(cmd.Short, "<", "\\<"))
	if text := strings.TrimSpace(manual(cmd)); text != "" {
		fmt.Fprintf(b, "\n```\n%s\n```\n", text)
	}
	for _, child := range cmd.Commands() {
		section(b, child)
	}
}

// manual is the text and the flags of a command; its usage too, unless it only groups others.
func manual(cmd *cobra.Command) string {
	var b strings.Builder
	if !cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "%s\n\n", cmd.UseLine())
	}
	if cmd.Long != "" {
		fmt.Fprintf(&b, "%s\n\n", cmd.Long)
	}
	b.WriteString(cmd.LocalFlags().FlagUsages())
	return b.String()
}
