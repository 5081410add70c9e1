//go:build forge && long

package forge

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/swarm"
)

// left lists what a run could leave on this machine: all that an app can have in the engine, locks, private parts of runs' folders and what is half
// written, mounts, and temporary files. It is compared from before the soak to after it.
func (s *soak) left() (found []string) {
	found = append(found, engineObjects(s.t.Context(), s.t.Fatal)...)
	walk := func(root string, keep func(rel string, d fs.DirEntry) bool) {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			rel, _ := filepath.Rel(root, path)
			if err == nil && rel != "." && keep(rel, d) {
				found = append(found, "file "+path)
			}
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			s.t.Error(err)
		}
	}
	file := func(_ string, d fs.DirEntry) bool { return !d.IsDir() }
	walk(machine.Locks, file)
	walk(filepath.Join(dir, "locks"), file)
	half := func(rel string, d fs.DirEntry) bool {
		name := filepath.Base(rel)
		return strings.HasPrefix(name, ".") || name == "lease" || d.Type()&fs.ModeSocket != 0
	}
	walk(filepath.Join(machine.State, "builds"), half)
	walk(filepath.Join(machine.State, "runs"), half)
	walk(machine.Results.Dir, half)
	entries, err := os.ReadDir(os.TempDir())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range entries {
		own := strings.HasPrefix(e.Name(), "go-build") || strings.HasPrefix(e.Name(), "TestSoak") || filepath.Base(scratch) == e.Name()
		if !own {
			found = append(found, "temporary "+e.Name())
		}
	}
	mounts, err := os.ReadFile("/proc/mounts")
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		if f := strings.Fields(line); len(f) > 1 && (strings.HasPrefix(f[1], dir) || strings.HasPrefix(f[1], os.TempDir()+"/")) {
			found = append(found, "mount "+f[1])
		}
	}
	return found
}

// engineObjects names what an app could have in the engine, without the containers of the machine's own services, which the swarm makes anew.
func engineObjects(ctx context.Context, fatal func(...any)) (names []string) {
	e, err := swarm.Connect(ctx, machine.Docker)
	if err != nil {
		fatal(err)
	}
	defer e.Close()
	list, err := e.Objects(ctx)
	if err != nil {
		fatal(err)
	}
	services := map[string]bool{} // stacks of the machine's own
	for _, o := range list {
		services[o.Stack] = services[o.Stack] || o.Kind == "service" && !strings.Contains(o.Stack, "-pr")
	}
	for _, o := range list {
		if o.Kind != "container" || !services[o.Stack] {
			names = append(names, o.String())
		}
	}
	slices.Sort(names)
	return names
}

// clean sees that no process of a run is left, that one pass of the janitor is enough, and that everything is as before.
func (s *soak) clean(before []string) {
	h := host{"here", filepath.Join(dir, "site.json"), machine}
	await(s.t, "end of all runs' processes", 3*time.Minute, func() error { return none(processesOf(h)) })
	for pass := range 2 {
		ctx, cancel := context.WithTimeout(s.t.Context(), 5*time.Minute)
		out, err := exec.CommandContext(ctx, ccci, "janitor", "--site", h.file).CombinedOutput()
		cancel()
		s.log.Info("last janitor", "pass", pass+1, "error", err, "said", string(out))
		if err != nil || pass == 1 && len(out) > 0 {
			s.t.Errorf("pass %d of the janitor after all: expected no error, and nothing left for the second, found %v\n%s", pass+1, err, out)
		}
	}
	var more []string
	for _, name := range s.left() {
		if !slices.Contains(before, name) {
			more = append(more, name)
		}
	}
	if len(more) > 0 {
		s.t.Errorf("left: %s", strings.Join(more, "\n"))
	}
	workspaces, _ := filepath.Glob(filepath.Join(dir, "runner/builds/drone-*"))
	s.t.Logf("workspaces of builds that the killed runners left, which are the runner's: %d", len(workspaces))
	s.log.Info("left", "more than before", fmt.Sprint(more), "workspaces", len(workspaces))
}
