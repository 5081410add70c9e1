// Package finding collects what rules find in a recipe. The policy's rules (P5) and the
// recipe's own lint rules are tables of Rules; a List keeps what they find, bounded and
// printable, since the texts come from strangers; Accept applies the exceptions that a
// recipe file declares.
package finding

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// The severities of a finding, as result.Finding has them.
const (
	Refuse = "refuse" // not deployed
	Act    = "act"    // operators must act; stops the climb to the last level
	Warn   = "warn"   // deployed; stops the climb to the last level
	Info   = "info"   // worth knowing
)

// Rule is what a table says of one rule.
type Rule struct {
	ID       string
	Severity string
	What     string // what is found, for the reference page
	Why      string // what follows where nobody mends it
	Mend     string // what to write instead; ends each finding's text
}

// A hostile recipe must not fill the report, nor write control characters to the
// terminal of whoever reads it.
const (
	maxFindings = 200
	maxPlace    = 300 // characters
	maxFound    = 300
	maxToWrite  = 4 << 10 // bytes of what an operator is told to write, which a cut would make useless
)

// List is what was found, in the order it was found. The zero List is empty.
type List struct{ found []result.Finding }

// Found gives the findings; the caller may keep and change them.
func (l *List) Found() []result.Finding { return slices.Clone(l.found) }

// Add notes one finding of a rule. The same finding twice is one, and after 200 of
// them a last one says that the rest is not listed.
func (l *List) Add(r Rule, place, format string, args ...any) {
	f := result.Finding{ID: r.ID, Severity: r.Severity, Place: Printable(place, maxPlace)}
	f.Found = fmt.Sprintf(format, args...)
	f.Text = Printable(f.Found, maxFound) + "; " + r.Mend
	l.Take(f)
}

// Take notes a finding that is made already.
func (l *List) Take(f result.Finding) {
	if len(l.found) > maxFindings || slices.Contains(l.found, f) {
		return
	}
	if l.found = append(l.found, f); len(l.found) == maxFindings {
		f := result.Finding{ID: tooMany, Severity: Refuse, Place: "checkout"}
		f.Text = fmt.Sprintf("more than %d findings; the rest is not listed", maxFindings)
		l.found = append(l.found, f)
	}
}

// tooMany is the rule of the finding that ends a list which is too long.
const tooMany = "too-large"

// Printable gives a stranger's text without control characters, cut after limit bytes.
func Printable(s string, limit int) string {
	var b strings.Builder
	for _, c := range s {
		if b.Len() >= limit {
			b.WriteString("...")
			break
		}
		if !unicode.IsPrint(c) {
			c = unicode.ReplacementChar
		}
		b.WriteRune(c)
	}
	return b.String()
}

// Accept writes the reason of each exception into the findings that it names, and gives
// the exceptions that fit nothing: they have outlived their reason. What is refused passes only as the very thing that
// was excepted: its place alone would let a stranger write anything there. A refusal that names no thing, as that of a list which was cut, never passes.
func Accept(found []result.Finding, exceptions []plan.Exception) (unused []plan.Exception) {
	for _, e := range exceptions {
		fits := false
		for i := range found {
			if speaks(e, found[i]) && (e.Found == "" && found[i].Severity != Refuse || e.Found == found[i].Found && e.Found != "") {
				found[i].Accepted, fits = e.Reason, true
			}
		}
		if !fits {
			unused = append(unused, e)
		}
	}
	return unused
}

func speaks(e plan.Exception, f result.Finding) bool {
	return e.Rule == f.ID && samePlace(f.Place, e.Place)
}

// Unused notes under a rule the exceptions that fit none of the findings, and why.
func (l *List) Unused(r Rule, unused []plan.Exception, found []result.Finding) {
	for _, e := range unused {
		text := fmt.Sprintf("no finding of rule %s here; %s", e.Rule, r.Mend)
		if i := slices.IndexFunc(found, func(f result.Finding) bool { return speaks(e, f) }); i >= 0 {
			text = fmt.Sprintf("the finding of rule %s here is not to be excepted; %s", e.Rule, r.Mend)
			if thing := found[i].Found; thing != "" {
				text = fmt.Sprintf("the finding of rule %s here is of another thing: `found` must be \"%s\"", e.Rule, nixString.Replace(thing))
			}
		}
		l.Take(result.Finding{ID: r.ID, Severity: r.Severity, Place: Printable(e.Place, maxPlace), Text: Printable(text, maxToWrite)})
	}
}

// nixString keeps Nix from reading more into a string than stands in it.
var nixString = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// Subject takes the file and the index from a place: "service app: volumes".
func Subject(place string) string {
	_, rest, _ := strings.Cut(place, ": ")
	return WithoutIndex(rest)
}

// WithoutIndex takes the index from the end of a place.
func WithoutIndex(place string) string { return trailingIndex.ReplaceAllString(place, "") }

var trailingIndex = regexp.MustCompile(`\[\d+\]$`)

// samePlace tells whether an exception's place means a finding's: as printed,
// without the file in front, or without the index behind.
func samePlace(found, excepted string) bool {
	_, bare, _ := strings.Cut(found, ": ")
	for _, place := range []string{found, bare} {
		if place != "" && (place == excepted || WithoutIndex(place) == excepted) {
			return true
		}
	}
	return false
}
