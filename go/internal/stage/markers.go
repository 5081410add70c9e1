package stage

import (
	"path"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

// marker is one piece of generic state: a file in a volume, or a table in a database.
type marker struct {
	Volume string // the volume's key; "" for a table
	Folder string // inside the volume; "" is its root
	Table  string // the service whose database has it; "" for a file
}

// markerFile is what a volume is marked with.
const markerFile = ".cc-ci-marker"

// plannedMarkers says where state without a declared meaning can be kept: in what the
// backup labels save, a file in each volume or sub-path, a table in each database that
// a hook or a command dumps. A sub-path may be a file, which only the app knows
// to make: writeMarkers leaves those out. What no marker covers comes as findings.
func plannedMarkers(f *recipe.Facts) ([]marker, []result.Finding) {
	var found []marker
	covered := map[string]bool{}
	for _, s := range f.Services {
		if !s.Backup.Enabled {
			continue
		}
		if dialectOf(s.Image) != nil && (s.Backup.PreHook != "" || s.Backup.Command != "") {
			found = append(found, marker{Table: s.Name})
			for _, m := range s.Mounts {
				covered[m.Source] = true
			}
			continue
		}
		for _, m := range s.Mounts {
			if m.Type == "volume" && m.Source != "" && !covered[m.Source] && writable(f, m.Source) {
				own := volumeMarkers(s.Backup, m)
				covered[m.Source] = len(own) > 0
				found = append(found, own...)
			}
		}
	}
	var missing []result.Finding
	for _, v := range f.Volumes {
		if !covered[v.Key] {
			missing = append(missing, unverified("volume "+v.Key))
		}
	}
	return found, missing
}

// volumeMarkers are the markers of one volume of a service that is backed up.
func volumeMarkers(b recipe.Backup, m recipe.Mount) []marker {
	rule := b.Volumes[m.Source]
	switch {
	case rule.Excluded || b.Command != "":
		return nil
	case len(b.Paths) > 0: // v1: paths in the container
		var found []marker
		for _, p := range b.Paths {
			if p = path.Clean(p); inside(m.Target, p) {
				found = append(found, marker{Volume: m.Source})
			} else if inside(p, m.Target) {
				found = append(found, marker{Volume: m.Source, Folder: strings.TrimPrefix(strings.TrimPrefix(p, path.Clean(m.Target)), "/")})
			}
		}
		return found
	case len(rule.Paths) > 0:
		var found []marker
		for _, p := range rule.Paths {
			found = append(found, marker{Volume: m.Source, Folder: strings.Trim(path.Clean(p), "/.")})
		}
		return found
	}
	return []marker{{Volume: m.Source}}
}

// inside tells whether p is folder or lies in it.
func inside(p, folder string) bool {
	p, folder = path.Clean(p), path.Clean(folder)
	return p == folder || folder == "/" || strings.HasPrefix(p, folder+"/")
}

func unverified(place string) result.Finding {
	return result.Finding{ID: "generic-state", Severity: finding.Info, Place: place,
		Text: "not verified (generic): no marker fits what the backup labels save of it; declare state.write, state.verify and state.change"}
}

// writable tells whether any service may write into the volume: no other takes a marker, and the engine's refusal would be nobody's fault.
func writable(f *recipe.Facts, volume string) bool {
	_, m, ok := mounted(f, volume)
	return ok && !m.ReadOnly
}

// mounted finds a service with the volume, one that may write into it before all others.
func mounted(f *recipe.Facts, volume string) (service string, mount recipe.Mount, ok bool) {
	for _, readOnly := range []bool{false, true} {
		for _, s := range f.Services {
			i := slices.IndexFunc(s.Mounts, func(m recipe.Mount) bool {
				return m.Type == "volume" && m.Source == volume && m.ReadOnly == readOnly
			})
			if i >= 0 {
				return s.Name, s.Mounts[i], true
			}
		}
	}
	return "", recipe.Mount{}, false
}

// at finds the service and the path of a volume's marker in the version that is deployed.
func (m marker) at(f *recipe.Facts) (service, file string, ok bool) {
	service, mount, ok := mounted(f, m.Volume)
	return service, path.Join(mount.Target, m.Folder, markerFile), ok
}

// String names the marker for people.
func (m marker) String() string {
	if m.Table != "" {
		return "table in the database of service " + m.Table
	}
	if m.Folder == "" {
		return "marker in volume " + m.Volume
	}
	return "marker in volume " + m.Volume + ", folder " + m.Folder
}
