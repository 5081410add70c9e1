package recorder

import (
	"fmt"
	"regexp"
	"strings"
)

// Nix gives the flow as a recipe file of its own, for review.
func (f Flow) Nix() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Imported from the recording %s. Review it: prefer roles and labels, expect what matters.\n", quote(oneLine(f.Title)))
	if f.Assertions == 0 {
		b.WriteString("# It has 0 assertions: it only proves that clicking did not fail. Add an expectText.\n")
	}
	fmt.Fprintf(&b, "{\n  flows.%s = [\n", name(f.Title))
	for _, s := range f.Steps {
		if s.Remark != "" {
			fmt.Fprintf(&b, "    # %s\n", s.Remark)
		}
		if s.Verb != "" {
			fmt.Fprintf(&b, "    { %s = %s; }\n", s.Verb, s.Value)
		}
	}
	b.WriteString("  ];\n}\n")
	return b.String()
}

var notName = regexp.MustCompile(`[^a-z0-9]+`)

// name makes an attribute name of the recording's title.
func name(title string) string {
	n := strings.Trim(notName.ReplaceAllString(strings.ToLower(title), "-"), "-")
	if n == "" || n[0] >= '0' && n[0] <= '9' {
		n = "recorded-" + n
	}
	return strings.Trim(n, "-")
}

// oneLine keeps a stranger's text inside a comment.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// quote gives a Nix string. A "${" of the recording is no template: "$${" is the literal one.
func quote(s string) string {
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${", "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s)
	return `"` + s + `"`
}

var (
	ariaRole = regexp.MustCompile(`^aria/(.*?)\[role="([a-z]+)"\]$`)
	testID   = regexp.MustCompile(`^\[data-testid=['"]([^'"]+)['"]\]$`)
)

// locate chooses among the ways to find the element: those that survive upgrades first.
func locate(s recorded) (string, error) {
	best := ""
	rank := 0
	for _, chain := range s.Selectors {
		if len(chain) == 0 {
			continue
		}
		at, r := element(chain, s.Type == "change")
		if r > rank {
			best, rank = at, r
		}
	}
	if best == "" {
		return "", errNoSelector
	}
	return best, nil
}

// element gives one way to find it, and how well it ages; 0: it can't be said here. An
// accessible name without a role is a field's label, or else a text that is shown.
func element(chain selector, field bool) (at string, rank int) {
	first := chain[0]
	switch {
	case len(chain) > 1: // through shadow roots, which Playwright's CSS pierces
		for _, part := range chain {
			if strings.HasPrefix(part, "aria/") || strings.HasPrefix(part, "xpath/") || strings.HasPrefix(part, "text/") {
				return "", 0
			}
		}
		return quote(strings.TrimPrefix(strings.Join(chain, " "), "pierce/")), 1
	case ariaRole.MatchString(first):
		m := ariaRole.FindStringSubmatch(first)
		return fmt.Sprintf("{ role = %s; name = %s; }", quote(m[2]), quote(m[1])), 6
	case testID.MatchString(first):
		return fmt.Sprintf("{ testId = %s; }", quote(testID.FindStringSubmatch(first)[1])), 5
	case strings.HasPrefix(first, "aria/") && field:
		return fmt.Sprintf("{ label = %s; }", quote(strings.TrimPrefix(first, "aria/"))), 4
	case strings.HasPrefix(first, "aria/"):
		return fmt.Sprintf("{ text = %s; }", quote(strings.TrimPrefix(first, "aria/"))), 3
	case strings.HasPrefix(first, "text/"):
		return fmt.Sprintf("{ text = %s; }", quote(strings.TrimPrefix(first, "text/"))), 3
	case strings.HasPrefix(first, "pierce/"):
		return quote(strings.TrimPrefix(first, "pierce/")), 1
	case strings.HasPrefix(first, "xpath/"):
		return "", 0
	}
	return quote(first), 2
}
