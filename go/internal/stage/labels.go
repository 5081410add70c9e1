package stage

import (
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

// labelFindings reads the recipe's backup labels as an operator should who relies on
// them. gap says why no backup can be tried.
func labelFindings(f *recipe.Facts) (findings []result.Finding, gap string) {
	warn := func(id, place, text string) {
		findings = append(findings, result.Finding{ID: id, Severity: "warn", Place: place, Text: text})
	}
	if !f.BackedUp() {
		if len(f.Volumes) == 0 {
			return nil, "the recipe has no volumes and no backup labels; declare backup.notApplicable if there is nothing to save"
		}
		var keys []string
		for _, v := range f.Volumes {
			keys = append(keys, v.Key)
		}
		warn("no-backup-labels", "volumes "+strings.Join(keys, ", "), "the recipe has volumes, but no service has the label backupbot.backup=true: nothing is ever saved")
		return findings, "no service has the label backupbot.backup=true"
	}
	covered := map[string]bool{}
	for _, s := range f.Services {
		if s.Backup.Style == "mixed" {
			warn("backup-labels-mixed", "service "+s.Name, "labels of v1 and v2 are mixed: each backup bot reads one style and loses what the other says")
		}
		for _, m := range s.Mounts {
			rule, ruled := s.Backup.Volumes[m.Source]
			covered[m.Source] = covered[m.Source] || s.Backup.Enabled || ruled
			if s.Backup.Enabled && rule.Excluded {
				findings = append(findings, result.Finding{ID: "volume-left-out", Severity: "info", Place: "volume " + m.Source, Text: "a label leaves it out of the backup"})
			}
		}
	}
	for _, v := range f.Volumes {
		if !covered[v.Key] {
			warn("volume-left-out", "volume "+v.Key, "no service with backup labels mounts it: it is not saved, and no label says that this is meant")
		}
	}
	return findings, ""
}
