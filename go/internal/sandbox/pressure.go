package sandbox

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Pressure counts how often something inside ran into the control group's limits
// since New. Both stay 0 where there is no group.
type Pressure struct {
	Forks int64 // processes that were refused
	Kills int64 // processes that were killed because the memory was used up
}

// Pressure reads the counters.
func (s *Sandbox) Pressure() (p Pressure) {
	if s.group == nil {
		return p
	}
	for _, dir := range s.group.dirs {
		p.Forks += counter(filepath.Join(dir, "pids.events"), "max")
		p.Kills += counter(filepath.Join(dir, "memory.events"), "oom_kill") + counter(filepath.Join(dir, "memory.oom_control"), "oom_kill")
	}
	return p
}

// counter reads "name N" of a control file; the file of another hierarchy or version isn't there.
func counter(path, name string) int64 {
	b, _ := os.ReadFile(path)
	for line := range strings.Lines(string(b)) {
		if text, ok := strings.CutPrefix(line, name+" "); ok {
			n, _ := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
			return n
		}
	}
	return 0
}
