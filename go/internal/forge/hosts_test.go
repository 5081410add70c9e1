//go:build forge

package forge

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"coopcloud.tech/cc-ci/internal/store"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// TestTwoHosts: four builds at once go to the runners of two hosts, each with a state folder of its own; the results of both are in the one
// store, those of the second by signed upload, and each comment has its verdict. When the second host is gone, builds go to the first.
func TestTwoHosts(t *testing.T) {
	trivial(t, "held", "green")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	second := filepath.Join(dir, "second")
	var address string
	secondHost(t, second, 2, func(upload, key string) string {
		address = upload
		return fmt.Sprintf("FORGE_PROGRAM=%s\nFORGE_STEP=%s\n%s=%s\n%s=%s\n",
			self, filepath.Join(second, "trivial"), uploadVariable, upload, uploadKeyVariable, key)
	})
	let := hold(t, filepath.Join(dir, "trivial"), filepath.Join(second, "trivial"))
	start(t, settings{})
	first := filepath.Join(dir, "trivial/runs")

	var pulls []trigger.Pull
	for range 4 {
		pulls = append(pulls, pull(t, "held"))
	}
	pause(t, 1)
	var ours []int64 // comments: those of other tests may be answered only now
	for _, p := range pulls {
		ours = append(ours, comment(t, "ada", p, trigger.Word))
	}
	for _, p := range pulls { // two slots each: all run at once, so both hosts have two
		answered(t, p, patience, "**running**")
	}
	let()
	for _, p := range pulls {
		answered(t, p, patience, "**GREEN")
	}
	elsewhere := filepath.Join(second, "trivial/runs")
	here, there := ran(t, first, ours), ran(t, elsewhere, ours)
	if here != 2 || there != 2 {
		t.Errorf("expected two builds on each host, found %d on the first and %d on the second", here, there)
	}
	if _, err := os.Stat(filepath.Join(second, "trivial/results")); err == nil {
		t.Errorf("expected the second host to keep no store of its own (it uploads to %s)", address)
	}

	if err := command(filepath.Join(root, "checks/forge/halt.sh"), second, "runner", "KILL"); err != nil {
		t.Fatal(err)
	}
	p := pull(t, "green")
	pause(t, 1)
	last := comment(t, "ada", p, trigger.Word)
	answered(t, p, patience, "**GREEN")
	if now := ran(t, elsewhere, append(ours, last)); now != there {
		t.Errorf("expected no build on a host that is gone, found %d", now-there)
	}
}

// secondHost starts a runner with a folder of its own and so many slots, and the dashboard of the first host, which takes its results. What
// the runner's steps get, lines of NAME=value, env makes of the address of uploads and the file with their key.
func secondHost(t *testing.T, folder string, slots int, env func(address, key string) string) {
	t.Helper()
	key := filepath.Join(folder, "upload-key")
	for name, text := range map[string]string{
		key:                                  strings.Repeat("0123456789abcdef", 4) + "\n",
		filepath.Join(folder, "drone/url"):   droneAt + "\n",
		filepath.Join(folder, "secrets/rpc"): read("secrets/rpc"),
	} {
		put(t, name, text)
	}
	if err := os.Chmod(key, 0o600); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(folder, "runner/env"), env("http://"+dashboard(t, key)+"/upload", key))
	script := func(name string, args ...string) error {
		return command(filepath.Join(root, "checks/forge", name), append([]string{folder}, args...)...)
	}
	if err := script("runner.sh", strconv.Itoa(slots)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := script("halt.sh", "runner", "KILL"); err != nil {
			t.Error(err)
		}
	})
}

// dashboard serves the store of the trivial project, takes uploads, and ends with the test. It gives host:port.
func dashboard(t *testing.T, keys string) string {
	t.Helper()
	results := filepath.Join(dir, "trivial/results")
	if _, err := store.Open(results); err != nil {
		t.Fatal(err)
	}
	listen := freePort(t)
	log := &watched{}
	cmd := exec.Command(ccci, "dashboard", "serve", "--store", results, "--out", t.TempDir(), "--listen", listen, "--upload-keys", keys)
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // its status is in its log
		if t.Failed() {
			t.Logf("the dashboard's log:\n%s", tail(log.String(), 40))
		}
	})
	await(t, "dashboard", patience, func() error {
		resp, err := http.Get("http://" + listen + "/")
		if err == nil {
			err = resp.Body.Close()
		}
		return err
	})
	return listen
}

// ran counts the runs that some comments started, in the file that trivial steps write; 0 where it isn't there.
func ran(t *testing.T, path string, comments []int64) (n int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		id, _, _ := strings.Cut(line, " ")
		if slices.ContainsFunc(comments, func(c int64) bool { return strconv.FormatInt(c, 10) == id }) {
			n++
		}
	}
	return n
}
