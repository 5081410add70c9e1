package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"coopcloud.tech/cc-ci/internal/result"
)

// Row is one name and value of the identity, in inert text.
type Row struct{ Name, Value string }

// identityRows lists what makes two runs the same run, empty values left out, images by name.
func identityRows(r result.Result) []Row {
	i := r.Identity
	rows := []Row{
		{"recipe", r.Recipe},
		{"stand-in", i.StandIn},
		{"commit", i.Commit},
		{"version", i.Version},
		{"tree", i.NarHash},
		{"plan", i.PlanHash},
		{"deployed with", i.Abra},
		{"router", i.Router},
		{"engine", i.Engine},
		{"browser", i.Browser},
		{"driver", i.Driver},
	}
	for _, name := range slices.Sorted(maps.Keys(i.Images)) {
		rows = append(rows, Row{"image " + name, i.Images[name]})
	}
	for _, n := range i.Needs {
		rows = append(rows, Row{"needs " + n.Name, fmt.Sprintf("%s %s (%.7s) at %s", n.Recipe, cmp.Or(n.Version, "unpublished"), n.Commit, n.Domain)})
	}
	for _, o := range i.Overrides {
		rows = append(rows, Row{"override", o})
	}
	rows = append(rows, Row{"domain", r.Domain}, Row{"run", r.ID})
	rows = slices.DeleteFunc(rows, func(r Row) bool { return r.Value == "" })
	for n := range rows {
		rows[n] = Row{OneLine(rows[n].Name), OneLine(rows[n].Value)}
	}
	return rows
}
