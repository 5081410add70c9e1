package lint

import (
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
)

func withoutBackupLabels(in Input, add Add) {
	if in.Facts.BackedUp() || len(in.Facts.Volumes) == 0 {
		return
	}
	var keys []string
	for _, v := range in.Facts.Volumes {
		keys = append(keys, v.Key)
	}
	add("volumes "+strings.Join(keys, ", "), "no service has the label backupbot.backup=true: nothing is ever saved")
}

func mixedBackupLabels(in Input, add Add) {
	for _, s := range in.Facts.Services {
		if s.Backup.Style == "mixed" {
			add("service "+s.Name, "labels of v1 and v2 are mixed")
		}
	}
}

func volumeLeftOut(in Input, add Add) {
	if !in.Facts.BackedUp() {
		return
	}
	covered := map[string]bool{}
	eachMount(in.Facts, func(s recipe.Service, m recipe.Mount) {
		_, ruled := s.Backup.Volumes[m.Source]
		covered[m.Source] = covered[m.Source] || s.Backup.Enabled || ruled
	})
	for _, v := range in.Facts.Volumes {
		if !covered[v.Key] {
			add("volume "+v.Key, "no service with backup labels mounts it")
		}
	}
}

func volumeExcluded(in Input, add Add) {
	eachMount(in.Facts, func(s recipe.Service, m recipe.Mount) {
		if s.Backup.Enabled && s.Backup.Volumes[m.Source].Excluded {
			add("volume "+m.Source, "a label leaves it out of the backup")
		}
	})
}

func eachMount(f *recipe.Facts, visit func(recipe.Service, recipe.Mount)) {
	for _, s := range f.Services {
		for _, m := range s.Mounts {
			visit(s, m)
		}
	}
}

func newBackupLabels(in Input, add Add) {
	for _, u := range in.Updates {
		if u.New.BackedUp() && !u.Old.BackedUp() && len(u.Old.Volumes) > 0 {
			add("upgrade from "+u.From, "the backup labels are new: %s has none", u.From)
		}
	}
}
