package policy

import (
	"fmt"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
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
		r.addNew(merged.list.Found())
	}
	r.sample(f.Sample)
	found, _, exceptions := run.meet(r.list.Found(), exceptions)
	return finish(found, exceptions)
}

// meet makes findings and exceptions comparable: no file can know the run's names, so ${stack} and ${domain} stand for them.
// made are the exceptions for places of created objects, others those for places in files.
func (run Run) meet(found []result.Finding, exceptions []plan.Exception) (_ []result.Finding, made, others []plan.Exception) {
	hide, show := strings.NewReplacer(run.Stack, "${stack}", run.Hosts[0], "${domain}"), strings.NewReplacer("${stack}", run.Stack, "${domain}", run.Hosts[0])
	for i := range found {
		found[i].Found = hide.Replace(found[i].Found)
	}
	for _, e := range exceptions {
		e.Place = show.Replace(e.Place)
		if strings.HasPrefix(e.Place, createdPlace) {
			made = append(made, e)
		} else {
			others = append(others, e)
		}
	}
	return found, made, others
}

// Refused tells whether any finding keeps the recipe from being deployed.
func Refused(findings []result.Finding) bool {
	return slices.ContainsFunc(findings, func(f result.Finding) bool { return f.Severity == finding.Refuse && f.Accepted == "" })
}

// report collects findings; rule is the one that is being judged.
type report struct {
	rule finding.Rule
	list finding.List
}

func (r *report) add(place, format string, args ...any) {
	r.list.Add(r.rule, place, format, args...)
}

func (r *report) judge(a *ask) {
	for _, rule := range table {
		if rule.judge != nil {
			r.rule = rule.Rule
			rule.judge(a, r)
		}
	}
}

// addNew takes from the merged view what no single file showed: the same rule,
// said of the same service or object, is one finding, unless files that add up make another thing of it.
func (r *report) addNew(merged []result.Finding) {
	found := r.list.Found()
	for _, m := range merged {
		subject := finding.Subject(m.Place)
		if !slices.ContainsFunc(found, func(f result.Finding) bool {
			return f.ID == m.ID && finding.Subject(f.Place) == subject && f.Found == m.Found
		}) {
			r.list.Take(m)
		}
	}
}

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
func finish(found []result.Finding, exceptions []plan.Exception) []result.Finding {
	slices.SortStableFunc(found, func(a, b result.Finding) int { return order(a.ID) - order(b.ID) })
	var unused finding.List
	unused.Unused(ruleByID(ruleUnused), finding.Accept(found, exceptions), found)
	return append(found, unused.Found()...)
}
