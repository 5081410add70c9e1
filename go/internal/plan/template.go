package plan

import (
	"fmt"
	"regexp"
	"strings"
)

// Builtins are the names that every template knows without a save.
var Builtins = []string{
	"domain", // the app's own host
	"base",   // https:// and the app's own host
	"stack",  // the stack's name on the swarm
	"recipe", // the recipe's name
	"run",    // a text that no other run has
}

// NeedFacts are the names that templates know of each dependency: ${idp.domain}.
var NeedFacts = []string{"domain", "base", "stack"}

// SecretPrefix starts the name of a template that stands for one of the app's secrets.
const SecretPrefix = "secret:"

var reference = regexp.MustCompile(`\$\$\{|\$\{([^}]*)\}?`)

var (
	legalName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)
	ofNeed    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*\.[A-Za-z_][A-Za-z0-9_-]*$`)
)

// Expand replaces each `${name}` and `${secret:name}` in text by what lookup gives for the part
// between the braces; `$${` stands for a literal `${`. It gives lookup's first error.
func Expand(text string, lookup func(name string) (string, error)) (string, error) {
	var first error
	out := reference.ReplaceAllStringFunc(text, func(found string) string {
		if found == "$${" {
			return "${"
		}
		name, closed := strings.CutSuffix(found[2:], "}")
		if !closed || !legalName.MatchString(strings.TrimPrefix(name, SecretPrefix)) && !ofNeed.MatchString(name) {
			if first == nil {
				first = fmt.Errorf("expected `${name}` or `${secret:name}`, found %q (a literal `${` is written `$${`)", found)
			}
			return found
		}
		value, err := lookup(name)
		if err != nil && first == nil {
			first = err
		}
		return value
	})
	return out, first
}

// Names gives what the templates of text name, in their order.
func Names(text string) []string {
	var names []string
	_, _ = Expand(text, func(name string) (string, error) { // a mistake is the checker's to tell
		names = append(names, name)
		return "", nil
	})
	return names
}
