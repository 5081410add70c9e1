package stage

import (
	"context"
	"path"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
)

// staleDump is what the place of a dump holds before a restore in place.
const staleDump = "cc-ci: another dump than the snapshot's\n"

// dump is a file that the hook before a backup writes, and the one after a restore reads.
type dump struct{ Service, File string }

// dumps are those that the labels name. A path that may as well be a part of the app's own data is none.
func dumps(f *recipe.Facts) []dump {
	var found []dump
	for _, s := range f.Services {
		if !s.Backup.Enabled || s.Backup.PreHook == "" || s.Backup.RestorePost == "" {
			continue
		}
		for _, m := range s.Mounts {
			if rule := s.Backup.Volumes[m.Source]; m.Type == "volume" && !rule.Excluded {
				for _, p := range rule.Paths {
					if isDump(s.Backup.PreHook, p) {
						found = append(found, dump{s.Name, path.Join(m.Target, p)})
					}
				}
			}
		}
	}
	return found
}

var (
	dumpKinds  = []string{".sql", ".dump", ".pgdump"}
	compressed = []string{".gz", ".bz2", ".xz", ".zst"}
)

// isDump knows a dump by its kind, or by a hook that names it.
func isDump(hook, file string) bool {
	name := path.Base(file)
	if slices.Contains(compressed, path.Ext(name)) {
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	return slices.Contains(dumpKinds, path.Ext(name)) || path.Ext(name) != "" && strings.Contains(hook, path.Base(file))
}

// replaceDumps puts another file in the place of each dump that the backup left in a volume. An operator who
// goes back to an older snapshot has a newer dump there: a restore that runs its hooks alone would load that
// one, and in place it would look as if the snapshot had come back.
func (b *backup) replaceDumps(ctx context.Context) error {
	for _, d := range dumps(b.Version.Facts) {
		_, found, err := b.App.ReadFile(ctx, d.Service, d.File)
		if err != nil {
			return err
		}
		if !found {
			continue // a hook may have taken it away
		}
		err = timed(b.rec, "dump", "another one lies at "+d.File+" of "+d.Service, func() error {
			return b.App.WriteFile(ctx, d.Service, d.File, []byte(staleDump))
		})
		if err != nil {
			return err
		}
	}
	return nil
}
