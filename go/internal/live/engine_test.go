//go:build live

package live

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/site"
)

// dockerd is a Docker engine with a swarm, of one test's own.
type dockerd struct {
	cache string
	env   []string
}

// ownEngine points a machine at an engine that nothing else uses, with the demo's image and the
// network proxy, and without a router. It is made as `make up` makes its engine, beside that one.
func ownEngine(t *testing.T, m *machine) dockerd {
	t.Helper()
	port := 4443
	if p, err := strconv.Atoi(os.Getenv("CC_CI_PORT")); err == nil {
		port = p
	}
	cache := t.TempDir()
	d := dockerd{cache, append(os.Environ(), "CC_CI_DOCKER=own", "CC_CI_CACHE="+cache, fmt.Sprintf("CC_CI_PORT=%d", port+10000), "CC_CI_SUBNET=172.29")}
	t.Cleanup(func() { d.script(t, "dockerd.sh", "down") })
	d.script(t, "dockerd.sh", "up")
	d.script(t, "swarm.sh")
	shared := m.Docker
	m.Docker = "unix://" + filepath.Join(cache, "docker", "docker.sock")
	load := exec.Command("sh", "-c", `docker -H "$0" save cc-ci.test/notes:3.0.0 | docker -H "$1" load`, shared, m.Docker)
	if out, err := load.CombinedOutput(); err != nil {
		t.Fatalf("the demo's image: %v\n%s", err, out)
	}
	m.Overrides = slices.DeleteFunc(slices.Clone(m.Overrides), func(o site.Override) bool { return o.RouterService != "" })
	return d
}

func (d dockerd) script(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(root, "checks/machine", name), args...)
	cmd.Env = d.env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// restart ends the engine, as a service manager does, and starts it again.
func (d dockerd) restart(t *testing.T) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(d.cache, "docker", "dockerd.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGTERM)
	}
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err != nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the engine doesn't end")
		}
	}
	d.script(t, "dockerd.sh", "up")
}
