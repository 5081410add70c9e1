//go:build live

package live

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// The repository's disk fills while a backup is written: that is the server's fault, not the recipe's,
// and nothing is left of it.
func TestDiskFillsInABackup(t *testing.T) {
	m := alone(t)
	fillable(t, m, 1<<20)
	noise := make([]byte, 3<<20)
	rand.Read(noise)
	e := m.run("run", "--stage", "backup", "--plan", edited(t, demo, func(p *plan.Plan) {
		p.Flows = []plan.Flow{}
		p.State.Write = append(p.State.Write, plan.Step{HTTP: &plan.HTTP{Method: "POST", Path: "/files",
			Upload: &plan.Upload{Field: "file", Name: "noise", Content: base64.StdEncoding.EncodeToString(noise)}, Expect: &plan.HTTPExpect{Status: 302}}})
	})).want(t, 3)
	red := e.result.Stages[slices.IndexFunc(e.result.Stages, func(s result.Stage) bool { return s.Outcome != result.Pass })]
	if red.Name != "backup" || red.Outcome != result.Error || !strings.Contains(red.Reason, "no space left on device") {
		t.Errorf("want backup to end as error for want of space, got %s: %s: %s", red.Name, red.Outcome, red.Reason)
	}
	if len(e.result.Residue) > 0 {
		t.Errorf("left: %v", e.result.Residue)
	}
}

// fillable puts a copy of the backup repository on a small file system in its place, seen by the backup
// service alone, for the test's life. spare is how many bytes can be added to it.
func fillable(t *testing.T, m *machine, spare int64) {
	t.Helper()
	ids := strings.Fields(must(exec.Command("docker", "-H", m.Docker, "ps", "-q", "--filter", "label=com.docker.stack.namespace=backups")))
	if len(ids) != 1 {
		t.Fatalf("expected one container of the backup service, found %v", ids)
	}
	pid := strings.TrimSpace(must(exec.Command("docker", "-H", m.Docker, "inspect", "-f", "{{.State.Pid}}", ids[0])))
	const repository, aside = "/backups", "/tmp/cc-ci-aside"
	inside(t, pid, func() error {
		size := spare
		err := filepath.Walk(repository, func(_ string, info os.FileInfo, err error) error {
			if err == nil {
				size += (info.Size() + 4095) &^ 4095 // in pages
			}
			return err
		})
		if err != nil {
			return err
		}
		if err := os.CopyFS(aside, os.DirFS(repository)); err != nil {
			return err
		}
		if err := syscall.Mount("tmpfs", repository, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
			return err
		}
		return os.CopyFS(repository, os.DirFS(aside))
	})
	t.Cleanup(func() {
		inside(t, pid, func() error {
			if err := syscall.Unmount(repository, syscall.MNT_DETACH); err != nil {
				return err
			}
			return os.RemoveAll(aside)
		})
	})
}

// inside does something in the mount namespace of a process.
func inside(t *testing.T, pid string, work func() error) {
	t.Helper()
	failed := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		ns, err := os.Open("/proc/" + pid + "/ns/mnt")
		if err == nil {
			defer ns.Close()
			err = unix.Unshare(unix.CLONE_FS)
		}
		if err == nil {
			err = unix.Setns(int(ns.Fd()), unix.CLONE_NEWNS)
		}
		if err == nil {
			err = work()
		}
		failed <- err
	}()
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
}

// The engine is restarted in the middle of a deploy: error, not fail, and once it is back everything of
// the run is removed. The engine is one of the test's own.
func TestEngineRestarts(t *testing.T) {
	t.Parallel()
	m := on(t, variant(t, edit{"compose.yml", `["CMD", "/notes", "healthcheck"]`, `["CMD", "/notes", "no-such-command"]`}))
	engine := ownEngine(t, m)
	before := objects(t, m)
	_, wait := m.start("run", "--stage", "install", "--plan", edited(t, demo, func(p *plan.Plan) {
		p.Flows, p.Limits.Deploy = []plan.Flow{}, plan.Duration(20*time.Second)
	}))
	m.waitFor("waiting for the services")
	engine.restart(t)
	e := wait().want(t, 3)
	red := e.result.Stages[slices.IndexFunc(e.result.Stages, func(s result.Stage) bool { return s.Outcome != result.Pass })]
	if red.Name != "install" || red.Outcome != result.Error || !strings.Contains(red.Reason, swarm.ErrAway.Error()) {
		t.Errorf("want install to end as error, since the engine went away; got %s: %s: %s", red.Name, red.Outcome, red.Reason)
	}
	if after := objects(t, m); len(e.result.Residue) > 0 || !slices.Equal(before, after) {
		t.Errorf("residue %v\nbefore: %v\nafter: %v", e.result.Residue, before, after)
	}
}

// objects names everything on a machine's engine.
func objects(t *testing.T, m *machine) []string {
	t.Helper()
	objs, err := m.engine().Objects(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return swarm.Strings(objs)
}
