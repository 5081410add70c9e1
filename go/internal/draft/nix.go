package draft

import (
	"regexp"
	"slices"
	"strings"
)

// oneLine keeps a recipe's text inside a comment.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// plainAttribute is a name that Nix takes bare, unless it is a word of the language.
var plainAttribute = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

var words = []string{"assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"}

// attribute gives a name as it stands on the left of a Nix definition.
func attribute(name string) string {
	if plainAttribute.MatchString(name) && !slices.Contains(words, name) {
		return name
	}
	return quote(name)
}

// quote gives a Nix string; "${" begins one of the plan's own templates.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`, "\n", `\n`).Replace(s) + `"`
}
