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

// whole looks that a snapshot holds what the labels save: something of each volume and
// sub-path, and no dump that is empty or cut short. tail gives the end of a file.
func whole(f *recipe.Facts, files []restic.File, tail func(path string) (string, error)) error {
	var failed error
	for _, s := range f.Services {
		if !s.Backup.Enabled || s.Backup.Command != "" {
			continue
		}
		for _, m := range s.Mounts {
			i := slices.IndexFunc(f.Volumes, func(v recipe.Volume) bool { return v.Key == m.Source })
			if i < 0 || m.Type != "volume" {
				continue
			}
			for _, sub := range savedOf(s.Backup, m) {
				failed = errors.Join(failed, saved(files, f.Volumes[i], sub, tail))
			}
		}
	}
	return failed
}

// savedOf gives the sub-paths that the labels save of a mounted volume; "" is all of it.
func savedOf(b recipe.Backup, m recipe.Mount) []string {
	var subs []string
	for _, marker := range volumeMarkers(b, m) {
		subs = append(subs, marker.Folder)
	}
	return subs
}

// saved looks for one volume's sub-path. A volume lies in a folder of its name wherever the backup service has it mounted.
func saved(files []restic.File, v recipe.Volume, sub string, tail func(string) (string, error)) error {
	place := path.Join(v.Key, sub)
	want := path.Join("/", v.Name, "_data", sub)
	found := false
	for _, file := range files {
		i := strings.Index(file.Path+"/", want+"/")
		if i < 0 {
			continue
		}
		found = true
		if sub == "" || file.Type != "file" || file.Path != file.Path[:i]+want {
			continue // only a file that a label names is known to be a dump
		}
		if file.Size == 0 {
			return result.Fault(fmt.Errorf("empty dump: %s has 0 bytes in the snapshot", place))
		}
		end, err := tail(file.Path)
		if err != nil {
			return err
		}
		if why := cutShort(file, end); why != "" {
			return result.Fault(fmt.Errorf("truncated dump: %s: %s", place, why))
		}
	}
	if !found {
		return result.Fault(fmt.Errorf("left out: the labels save %s, but the snapshot has nothing of it", place))
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
