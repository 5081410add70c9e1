package lint

import (
	"slices"

	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

// Input is what the rules look at.
type Input struct {
	Facts   *recipe.Facts // the version in question, under its own environment
	Commit  string        // its commit, 40 hex digits; "" for a work tree that differs from HEAD
	Tags    []recipe.Tag  // all version tags, oldest first
	Updates []Update      // from published versions

	NoBackup string // the recipe file's reason for having nothing to save (backup.notApplicable)
}

// Update is the way from one published version to the one in question.
type Update struct {
	From string        // its tag
	Old  *recipe.Facts // the published version, under its own environment
	New  *recipe.Facts // the one in question, under the environment that an existing app has (S11)
	Note string        // its release note; "" where there is none
}

// rule is one row of the table.
type rule struct {
	finding.Rule
	judge func(in Input, add Add)
}

// Add notes a finding of the rule that is being judged.
type Add func(place, format string, args ...any)

// Check gives the findings in the order of the table. Those that an exception names are
// kept, with its reason in Accepted. An incomplete Facts (one with Problems) gives none:
// the policy speaks of it.
func Check(in Input, exceptions []plan.Exception) []result.Finding {
	if in.Facts == nil || in.Facts.Config == nil {
		return nil
	}
	var list, unused finding.List
	for _, r := range table {
		r.judge(in, func(place, format string, args ...any) { list.Add(r.Rule, place, format, args...) })
	}
	found := list.Found()
	for i := range found {
		if found[i].ID == noBackupLabels.ID && in.NoBackup != "" {
			found[i].Accepted = in.NoBackup
		}
	}
	mine, _ := Split(exceptions)
	unused.Unused(unusedException, finding.Accept(found, mine), found)
	return append(found, unused.Found()...)
}

// Split takes the exceptions to this table's rules from those to others.
func Split(exceptions []plan.Exception) (mine, others []plan.Exception) {
	for _, e := range exceptions {
		if slices.ContainsFunc(table, func(r rule) bool { return r.ID == e.Rule }) {
			mine = append(mine, e)
		} else {
			others = append(others, e)
		}
	}
	return mine, others
}
