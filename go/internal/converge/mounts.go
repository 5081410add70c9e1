package converge

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/sys/mountinfo"
)

// mounts gives the mounts at a folder and those below it, as this process sees them, oldest first.
func mounts(folder string) (at, below []*mountinfo.Info, err error) {
	folder, err = filepath.EvalSymlinks(folder)
	if err != nil {
		return nil, nil, err
	}
	all, err := mountinfo.GetMounts(mountinfo.PrefixFilter(folder))
	for _, m := range all {
		if m.Mountpoint == folder {
			at = append(at, m)
		} else {
			below = append(below, m)
		}
	}
	return at, below, err
}

// mountedBelow names what is mounted in a folder, itself left out.
func mountedBelow(folder string) (names []string, err error) {
	_, below, err := mounts(folder)
	for _, m := range below {
		names = append(names, m.Mountpoint)
	}
	return names, err
}

// isShared tells whether the mount at a folder, or one below it, takes part in what is mounted elsewhere. It says nothing in a
// unit of systemd with mounts of its own, which shares them anew.
func isShared(folder string) (bool, error) {
	at, below, err := mounts(folder)
	return slices.ContainsFunc(append(at, below...), func(m *mountinfo.Info) bool {
		return slices.ContainsFunc(strings.Fields(m.Optional), func(o string) bool { return strings.HasPrefix(o, "shared:") || strings.HasPrefix(o, "master:") })
	}), err
}
