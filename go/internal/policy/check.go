package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

// The severities of a finding, as result.Finding has them.
const (
	Refuse = "refuse" // not deployed
	Warn   = "warn"   // deployed; stops the climb to the last level
	Info   = "info"   // worth knowing
)

// Run is what belongs to the run itself.
type Run struct {
	ID      string   // value of recipe.RunLabel
	Stack   string   // its stack: names that begin with it and "_" are its own
	Hosts   []string // its domain first, then the plan's further hosts
	Network string   // the router's network, shared by all apps: "proxy"
}

// Check judges a checkout before anything is deployed. The findings come in the
// order of the table, each with its place ("compose.yml: service app: volumes[0]").
// Those that an exception names are kept, with its reason in Accepted.
func Check(f *recipe.Facts, run Run, exceptions []plan.Exception) []result.Finding {
	r := &report{}
	for _, p := range f.Problems {
		r.rule = ruleByID(p.Rule)
		r.add(p.Place, "%s", p.Text)
	}
	if f.Config == nil && len(f.Problems) == 0 {
		r.rule = ruleByID(recipe.RuleInvalid)
		r.add("COMPOSE_FILE", "no compose file was loaded")
	}
	known := declared(f)
	for _, file := range f.Files {
		a := fromCompose(file.Name, file.Config, f, run)
		a.known = known
		r.judge(a)
	}
	if f.Config != nil {
		merged := &report{}
		a := fromCompose("merged", f.Config, f, run)
		a.known = known
		merged.judge(a)
		r.addNew(merged.found)
	}
	r.sample(f.Sample)
	return r.finish(exceptions)
}

// Refused tells whether any finding keeps the recipe from being deployed.
func Refused(findings []result.Finding) bool {
	return slices.ContainsFunc(findings, func(f result.Finding) bool { return f.Severity == Refuse && f.Accepted == "" })
}

// report collects findings; rule is the one that is being judged.
type report struct {
	rule  Rule
	found []result.Finding
}

func (r *report) add(place, format string, args ...any) {
	if len(r.found) > maxFindings {
		return
	}
	f := result.Finding{ID: r.rule.ID, Severity: r.rule.Severity, Place: printable(place, maxPlace)}
	f.Text = printable(fmt.Sprintf(format, args...), maxFound) + "; " + r.rule.Mend
	if slices.Contains(r.found, f) {
		return
	}
	if r.found = append(r.found, f); len(r.found) == maxFindings {
		f := result.Finding{ID: recipe.RuleTooLarge, Severity: Refuse, Place: "checkout"}
		f.Text = fmt.Sprintf("more than %d findings; the rest is not listed", maxFindings)
		r.found = append(r.found, f)
	}
}

// A hostile recipe must not fill the report, nor write control characters to the
// terminal of whoever reads it.
const (
	maxFindings = 200
	maxPlace    = 300 // characters
	maxFound    = 300
)

func printable(s string, limit int) string {
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

func (r *report) judge(a *ask) {
	for _, rule := range table {
		if rule.judge != nil {
			r.rule = rule
			rule.judge(a, r)
		}
	}
}

// addNew takes from the merged view what no single file showed: the same rule,
// said of the same service or object, is one finding.
func (r *report) addNew(merged []result.Finding) {
	for _, m := range merged {
		subject := subjectOf(m.Place)
		if !slices.ContainsFunc(r.found, func(f result.Finding) bool { return f.ID == m.ID && subjectOf(f.Place) == subject }) {
			r.found = append(r.found, m)
		}
	}
}

// subjectOf takes the file and the index from a place: "service app: volumes".
func subjectOf(place string) string {
	_, rest, _ := strings.Cut(place, ": ")
	return trailingIndex.ReplaceAllString(rest, "")
}

var trailingIndex = regexp.MustCompile(`\[\d+\]$`)

// sample notes what abra would run on the host's side and cc-ci doesn't.
func (r *report) sample(s recipe.Sample) {
	r.rule = ruleByID(ruleCommands)
	for _, e := range s {
		if strings.HasSuffix(e.Key, "_CMDS") && e.Value != "" {
			r.add(fmt.Sprintf(".env.sample:%d", e.Line), "%s", e.Key)
		}
	}
}

// finish sorts by the table's order and applies the exceptions. An exception that
// fits nothing is told, so that it doesn't outlive its reason.
func (r *report) finish(exceptions []plan.Exception) []result.Finding {
	slices.SortStableFunc(r.found, func(a, b result.Finding) int { return order(a.ID) - order(b.ID) })
	used := make([]bool, len(exceptions))
	for i := range r.found {
		for j, e := range exceptions {
			if e.Rule == r.found[i].ID && samePlace(r.found[i].Place, e.Place) {
				r.found[i].Accepted, used[j] = e.Reason, true
			}
		}
	}
	r.rule = ruleByID(ruleUnused)
	for j, e := range exceptions {
		if !used[j] {
			r.add(e.Place, "no finding of rule %s here", e.Rule)
		}
	}
	return r.found
}

// samePlace tells whether an exception's place means a finding's: as printed,
// without the file in front, or without the index behind.
func samePlace(found, excepted string) bool {
	_, bare, _ := strings.Cut(found, ": ")
	for _, place := range []string{found, bare} {
		if place != "" && (place == excepted || trailingIndex.ReplaceAllString(place, "") == excepted) {
			return true
		}
	}
	return false
}
