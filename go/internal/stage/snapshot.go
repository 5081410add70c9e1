package stage

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/restic"
	"coopcloud.tech/cc-ci/internal/result"
)

// place is what the labels save of one volume: all of it, or a sub-path.
type place struct {
	name string // for people
	path string // a volume lies in a folder of its name wherever the backup service has it mounted
	dump bool   // only a file that a label names is known to be a dump
}

// places are all that the labels of a recipe save.
func places(f *recipe.Facts) []place {
	var found []place
	for _, s := range f.Services {
		if !s.Backup.Enabled || s.Backup.Command != "" {
			continue
		}
		for _, m := range s.Mounts {
			i := slices.IndexFunc(f.Volumes, func(v recipe.Volume) bool { return v.Key == m.Source })
			if i < 0 || m.Type != "volume" {
				continue
			}
			for _, marker := range volumeMarkers(s.Backup, m) {
				sub := marker.Folder
				found = append(found, place{path.Join(m.Source, sub), path.Join("/", f.Volumes[i].Name, "_data", sub), sub != ""})
			}
		}
	}
	return found
}

// holds tells whether a snapshot's file lies in the place, or is the place itself. In a volume, an app may call a folder
// what it likes: it is no volume for that.
func (p place) holds(file restic.File) (inside, itself bool) {
	i := strings.Index(file.Path+"/", p.path+"/")
	if i < 0 || strings.Contains(file.Path[:i]+"/", "/_data/") {
		return false, false
	}
	return true, file.Path == file.Path[:i]+p.path
}

// telling picks what whole needs to see of a snapshot: of each place its first file and the place itself. A volume may hold
// more files than can be kept.
func telling(f *recipe.Facts) func(restic.File) bool {
	all, seen := places(f), map[string]bool{}
	return func(file restic.File) bool {
		keep := false
		for _, p := range all {
			inside, itself := p.holds(file)
			keep = keep || itself || inside && !seen[p.path]
			seen[p.path] = seen[p.path] || inside
		}
		return keep
	}
}

// whole looks that a snapshot holds what the labels save: something of each volume and
// sub-path, and no dump that is empty or cut short. tail gives the end of a file.
func whole(f *recipe.Facts, files []restic.File, tail func(path string) (string, error)) error {
	var failed error
	for _, p := range places(f) {
		failed = errors.Join(failed, p.saved(files, tail))
	}
	return failed
}

func (p place) saved(files []restic.File, tail func(string) (string, error)) error {
	found := false
	for _, file := range files {
		inside, itself := p.holds(file)
		found = found || inside
		if !p.dump || !itself || file.Type != "file" {
			continue
		}
		if file.Size == 0 {
			return result.Fault(fmt.Errorf("empty dump: %s has 0 bytes in the snapshot", p.name))
		}
		end, err := tail(file.Path)
		if err != nil {
			return err
		}
		if why := cutShort(file, end); why != "" {
			return result.Fault(fmt.Errorf("truncated dump: %s: %s", p.name, why))
		}
	}
	if !found {
		return result.Fault(fmt.Errorf("left out: the labels save %s, but the snapshot has nothing of it", p.name))
	}
	return nil
}

// cutShort says why the end of a dump can't be its end; "" where it can, or the kind isn't known.
func cutShort(file restic.File, end string) string {
	end = strings.TrimSpace(end)
	switch path.Ext(file.Path) {
	case ".json":
		if !strings.HasSuffix(end, "}") && !strings.HasSuffix(end, "]") && !json.Valid([]byte(end)) {
			return "expected JSON that ends, found none"
		}
	case ".sql":
		if !strings.Contains(end, "dump complete") && !strings.Contains(end, "Dump completed") {
			return "expected the line by which pg_dump or mysqldump ends, found none"
		}
	}
	return ""
}
