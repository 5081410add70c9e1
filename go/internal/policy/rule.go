package policy

import (
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/finding"
)

// rule is one row of the table.
type rule struct {
	finding.Rule
	judge   func(a *ask, r *report) // nil: found while the recipe is read
	created bool                    // judges created services as well
}

func order(id string) int {
	return slices.IndexFunc(table, func(r rule) bool { return r.ID == id })
}

func ruleByID(id string) finding.Rule {
	if i := order(id); i >= 0 {
		return table[i].Rule
	}
	// A problem without a row is refused: an oversight here must not open a door.
	return finding.Rule{ID: id, Severity: finding.Refuse, Mend: "this rule is missing from the policy's table"}
}

// values makes a rule about settings: those of the given keys are refused unless
// allowed says otherwise.
func values(allowed func(value string) bool, keys ...string) func(*ask, *report) {
	return func(a *ask, r *report) {
		for _, s := range a.services {
			for _, set := range s.settings {
				if slices.Contains(keys, set.key) && !allowed(set.value) {
					r.add(set.place, "%s", set.value)
				}
			}
		}
	}
}

// never allows no value.
func never(string) bool { return false }

// among allows the listed values, in any case.
func among(list ...string) func(string) bool {
	return func(v string) bool { return slices.Contains(list, strings.ToLower(v)) }
}

// eachLabel gives every label, of services and of objects.
func eachLabel(a *ask, judge func(l setting)) {
	for _, s := range a.services {
		for _, l := range s.labels {
			judge(l)
		}
	}
	for _, o := range a.objects {
		for _, l := range o.labels {
			judge(l)
		}
	}
}
