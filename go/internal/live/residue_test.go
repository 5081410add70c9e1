//go:build live

package live

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/restic"
	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// leftOf names what is there and bears the machine's names: objects of its apps in
// the engine, processes with its folder in their command line, control groups of its runs' sandboxes.
func (m *machine) leftOf(e *swarm.Engine) (left []string) {
	objs, err := e.Objects(context.Background())
	if err != nil {
		m.t.Fatal(err)
	}
	for _, o := range objs {
		if m.owns(o) {
			left = append(left, o.String())
		}
	}
	for _, pid := range running(m.t, func(argv []string) bool {
		return slices.ContainsFunc(argv, func(arg string) bool { return strings.Contains(arg, m.State) })
	}) {
		left = append(left, "process "+pid)
	}
	runs, _ := filepath.Glob(filepath.Join(m.State, "runs", "*"))
	for _, run := range runs {
		groups, _ := filepath.Glob("/sys/fs/cgroup/*/cc-ci-" + filepath.Base(run) + ".*")
		more, _ := filepath.Glob("/sys/fs/cgroup/cc-ci-" + filepath.Base(run) + ".*")
		left = append(left, append(groups, more...)...)
	}
	return left
}

// owns tells whether an object is of an app of the machine's runs.
func (m *machine) owns(o swarm.Object) bool {
	mark := fmt.Sprintf("-pr%d-", m.pr)
	return strings.Contains(o.Stack, mark) || strings.Contains(o.Name, mark)
}

// difference compares everything with what there was before and gives both, or "" where
// they agree. It looks again for a while: the engine frees its own interfaces a little after their container.
func difference(before []string) string {
	var after []string
	var err error
	for range 600 { // a minute: only where something is left, or the machine is busy
		if after, err = everything(); err == nil && slices.Equal(before, after) {
			return ""
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Sprintf("before:\n%s\nafter (error: %v):\n%s", strings.Join(before, "\n"), err, strings.Join(after, "\n"))
}

// everything names all objects of the engine, the snapshots in the backup repository, and what
// interfaces tells.
func everything() ([]string, error) {
	s, err := site.Load("")
	if err != nil {
		return nil, err
	}
	e, err := swarm.Connect(context.Background(), s.Docker)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	objs, err := e.Objects(context.Background())
	if err != nil {
		return nil, err
	}
	all := swarm.Strings(objs)
	snapshots, err := restic.Repository{Engine: e}.Snapshots(context.Background())
	if err != nil {
		return nil, err
	}
	for _, snapshot := range snapshots {
		all = append(all, snapshot.String())
	}
	ours, err := interfaces(s)
	return append(all, ours...), err
}

// interfaces names the network namespaces, interfaces and firewall rules of cc-ci's on this
// machine. Another engine's carry another port in their names.
func interfaces(s site.Site) (all []string, err error) {
	_, port, _ := strings.Cut(s.Router.Address, ":")
	for _, argv := range [][]string{{"ip", "netns"}, {"ip", "-br", "link"}, {"iptables-save"}} {
		out, err := exec.Command(argv[0], argv[1:]...).Output()
		if err != nil {
			return nil, fmt.Errorf("%v: %w", argv, err)
		}
		for line := range strings.Lines(string(out)) {
			if !strings.Contains(line, "cc-ci") && !strings.Contains(line, "ccci") || strings.Contains(line, "ccci") && !strings.Contains(line, "ccci"+port) {
				continue
			}
			if argv[0] == "ip" {
				line = strings.Fields(line)[0] // a link's state and address come and go
			}
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all, nil
}

// running gives the processes whose command line the function wants.
func running(t interface{ Fatal(...any) }, want func(argv []string) bool) (pids []string) {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if b, _ := os.ReadFile(f); want(strings.Split(string(b), "\x00")) { // gone: not running
			pids = append(pids, filepath.Base(filepath.Dir(f)))
		}
	}
	return pids
}
