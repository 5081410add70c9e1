package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/moby/sys/mountinfo"
)

// groupPrefix begins the name of every control group of a sandbox:
// cc-ci-<run>.<name>, directly below the root of its hierarchy.
const groupPrefix = "cc-ci-"

// mounts are the places where control groups are managed: V2 the unified hierarchy, or the
// version 1 hierarchies by controller. Both exist on hybrid hosts.
type mounts struct {
	v2 string
	v1 map[string]string // "memory" -> "/sys/fs/cgroup/memory"
}

// cgroupMounts reads this process's mounts.
func cgroupMounts() mounts {
	all, _ := mountinfo.GetMounts(groupsOnly) // unreadable: no groups, which Isolation tells
	return hierarchies(all)
}

var groupsOnly = mountinfo.FSTypeFilter("cgroup2", "cgroup")

func hierarchies(all []*mountinfo.Info) mounts {
	m := mounts{v1: map[string]string{}}
	for _, i := range all {
		if i.FSType == "cgroup2" {
			m.v2 = i.Mountpoint
			continue
		}
		for c := range strings.SplitSeq(i.VFSOptions, ",") {
			m.v1[c] = i.Mountpoint
		}
	}
	return m
}

// roots are the folders in which groups with limits on memory and processes are made.
func (m mounts) roots() []string {
	if m.v1["memory"] != "" && m.v1["pids"] != "" {
		if m.v1["memory"] == m.v1["pids"] {
			return []string{m.v1["memory"]}
		}
		return []string{m.v1["memory"], m.v1["pids"]}
	}
	if m.v2 != "" {
		return []string{m.v2}
	}
	return nil
}

// group is a sandbox's control group; dirs has one folder per hierarchy.
type group struct{ dirs []string }

// makeGroup makes the group with its limits in force, or gives the reason why it can't.
func makeGroup(m mounts, run, name string, l Limits) (*group, error) {
	roots := m.roots()
	if roots == nil {
		return nil, errors.New("no control groups for memory and pids are mounted")
	}
	g := &group{}
	for _, root := range roots {
		dir := filepath.Join(root, groupPrefix+run+"."+name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			return nil, errors.Join(err, g.remove())
		}
		g.dirs = append(g.dirs, dir)
		if err := limit(root, dir, root == m.v2, l); err != nil {
			return nil, errors.Join(err, g.remove())
		}
	}
	return g, nil
}

// limit writes the limits that dir's hierarchy knows.
func limit(root, dir string, v2 bool, l Limits) error {
	memory, pids := strconv.FormatInt(l.Memory, 10), strconv.Itoa(l.Pids)
	files := [][2]string{{"memory.limit_in_bytes", memory}, {"memory.memsw.limit_in_bytes", memory}, {"pids.max", pids}}
	if v2 {
		// Refused where they are on already and something runs in the root; the
		// writes below tell.
		_ = put(filepath.Join(root, "cgroup.subtree_control"), "+memory +pids")
		files = [][2]string{{"memory.max", memory}, {"memory.swap.max", "0"}, {"pids.max", pids}}
	}
	written := 0
	for _, f := range files {
		path := filepath.Join(dir, f[0])
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue // another hierarchy's, or no accounting of swap
		}
		if err := put(path, f[1]); err != nil {
			return err
		}
		if f[0] != "memory.swap.max" && f[0] != "memory.memsw.limit_in_bytes" {
			written++
		}
	}
	if want := map[bool]int{true: 2, false: 1}[v2]; written < want {
		return fmt.Errorf("%s: expected controllers memory and pids, found %d of their files", dir, written)
	}
	return nil
}

// put writes to a control file, which is there or not, but is never made.
func put(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// dying is what killed processes are given to be gone: 256 of them, or one with a GiB of memory, take seconds on a busy machine.
const dying = 30 * time.Second

// empty waits until no process is counted in the group any more.
func (g *group) empty() error {
	if g == nil {
		return nil
	}
	for deadline := time.Now().Add(dying); ; time.Sleep(5 * time.Millisecond) {
		left := ""
		for _, dir := range g.dirs {
			// Only one of two hierarchies has the file.
			if b, err := os.ReadFile(filepath.Join(dir, "pids.current")); err == nil && strings.TrimSpace(string(b)) != "0" {
				left = strings.TrimSpace(string(b))
			}
		}
		if left == "" {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("control group: %s processes are counted %s after their end", left, dying)
		}
	}
}

// remove removes the group's folders once its last process is gone.
func (g *group) remove() error {
	var errs []error
	for _, dir := range g.dirs {
		errs = append(errs, removeGroup(dir))
	}
	return errors.Join(errs...)
}

// removeGroup kills what is left in the group and removes it. The kernel lets go of
// a killed process a little later, so this asks again for a while.
func removeGroup(dir string) error {
	deadline := time.Now().Add(dying)
	for {
		err := os.Remove(dir)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("control group: %w", err)
		}
		b, _ := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
		for pid := range strings.FieldsSeq(string(b)) {
			kill(pid, func() bool { return inGroup(dir, pid) })
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// inGroup tells whether the process is a member of the group at dir.
func inGroup(dir, pid string) bool {
	b, _ := os.ReadFile("/proc/" + pid + "/cgroup")
	for line := range strings.Lines(string(b)) {
		if strings.HasSuffix(strings.TrimSpace(line), "/"+filepath.Base(dir)) {
			return true
		}
	}
	return false
}
