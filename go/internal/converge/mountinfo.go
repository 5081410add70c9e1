package converge

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mountLine is what proc(5)'s mountinfo says of one mount.
type mountLine struct {
	at       string
	below    bool     // in the folder, not at it
	optional []string // "shared:1", "master:2"
}

// mountsFrom gives the mounts at a folder and below it, as this process sees them, oldest first.
func mountsFrom(folder string) ([]mountLine, error) {
	folder, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	var found []mountLine
	for line := range strings.Lines(string(text)) {
		left, _, _ := strings.Cut(line, " - ")
		f := strings.Fields(left)
		if len(f) < 6 {
			continue
		}
		at := written.Replace(f[4])
		if at == folder || strings.HasPrefix(at, folder+"/") {
			found = append(found, mountLine{at, at != folder, f[6:]})
		}
	}
	return found, nil
}

// written undoes how mountinfo writes paths.
var written = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// mountedBelow names what is mounted in a folder, itself left out.
func mountedBelow(folder string) ([]string, error) {
	mounts, err := mountsFrom(folder)
	var below []string
	for _, m := range mounts {
		if m.below {
			below = append(below, m.at)
		}
	}
	return below, err
}

// isShared tells whether the mount at a folder takes part in what is mounted elsewhere. It says nothing in a unit of systemd
// with mounts of its own, which shares them anew.
func isShared(folder string) (bool, error) {
	mounts, err := mountsFrom(folder)
	return slices.ContainsFunc(mounts, func(m mountLine) bool {
		return slices.ContainsFunc(m.optional, func(o string) bool { return strings.HasPrefix(o, "shared:") || strings.HasPrefix(o, "master:") })
	}), err
}
