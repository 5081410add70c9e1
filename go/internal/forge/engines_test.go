//go:build forge && long

package forge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/store"
	"coopcloud.tech/cc-ci/internal/swarm"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// secondVariable names a file with what each step gets on the second host; checks/forge/hosts.sh writes it, and runs this test.
const secondVariable = "CC_CI_SECOND_ENV"

// host is one of two: a runner, an engine with a swarm of its own, folders and locks of its own.
type host struct {
	name string
	file string // its site
	site site.Site
}

// TestTwoEngines: runs of the demo recipe on two hosts with an engine each. Four comments are answered green by builds on both engines, with
// the results of both in the one store. Then the second host dies in the middle of a run, all its processes at once: the other's run goes on,
// the answer to the lost one is an error, another comment is answered green by the first host, and the dead one's janitor leaves nothing.
//
// With the tags forge and long, since it needs a second engine: checks/forge/hosts.sh.
func TestTwoEngines(t *testing.T) {
	demo(t)
	if err := runner(1); err != nil {
		t.Fatal(err)
	}
	hosts := [2]host{{"first", filepath.Join(dir, "site.json"), machine}, secondEngine(t)}
	before := objects(t, hosts[1])
	b := start(t, apart)
	spread(t, hosts)
	loseHost(t, hosts, b)
	if after := objects(t, hosts[1]); !slices.Equal(before, after) {
		t.Errorf("expected the second engine as it was before:\n%s\nfound\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
}

// secondEngine starts the second host's runner, with one slot. Its site differs from the first one's by all that belongs to a host.
func secondEngine(t *testing.T) host {
	t.Helper()
	b, err := os.ReadFile(os.Getenv(secondVariable))
	if err != nil {
		t.Fatalf("%s: expected a file with the second host's environment, as checks/forge/hosts.sh makes it: %v", secondVariable, err)
	}
	folder := filepath.Join(dir, "second")
	h := host{name: "second", file: filepath.Join(folder, "site.json")}
	var env []string
	for line := range strings.Lines(string(b)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "CC_CI_SITE="); !ok {
			env = append(env, line)
		} else if h.site, err = site.Load(path); err != nil {
			t.Fatal(err)
		}
	}
	if h.site.Docker == "" || h.site.Docker == machine.Docker || h.site.Locks == machine.Locks {
		t.Fatalf("%s: expected a site with an engine and locks of its own, found %q and %q", secondVariable, h.site.Docker, h.site.Locks)
	}
	h.site.State, h.site.Mirror, h.site.Sources, h.site.MaxTests = filepath.Join(folder, "state"), machine.Mirror, nil, machine.MaxTests
	if err := os.MkdirAll(h.site.State, 0o755); err != nil {
		t.Fatal(err)
	}
	secondHost(t, folder, 1, func(address, key string) string {
		h.site.Results = site.Results{URL: address, Key: key}
		text, err := json.Marshal(h.site)
		if err != nil {
			t.Fatal(err)
		}
		put(t, h.file, string(text))
		return strings.Join(env, "") + "CC_CI_SITE=" + h.file + "\n"
	})
	return h
}

// spread makes four comments at once, and judges where their runs were by the engines, by the hosts' folders and by the store.
func spread(t *testing.T, hosts [2]host) {
	var pulls []trigger.Pull
	for range 4 {
		pulls = append(pulls, demoPull(t))
	}
	pause(t, 1)
	stop, began := watchEngines(t, hosts), time.Now()
	var ids []int64
	for _, p := range pulls {
		ids = append(ids, comment(t, "ada", p, trigger.Word))
	}
	for _, p := range pulls {
		answered(t, p, 2*demoLimit, "**GREEN, level 5 of 5**")
	}
	took, seen, on := time.Since(began), stop(), map[string]int{}
	for i, p := range pulls {
		h := ranOn(t, hosts, ids[i])
		on[h.name]++
		if got := seen[p.Number]; !slices.Equal(got, []string{h.name}) {
			t.Errorf("%s: expected its app on the %s engine, where its run was, found it on %q", p, h.name, got)
		}
	}
	t.Logf("four comments, four green verdicts after %s; runs by host: %v", took.Round(time.Second), on)
	if on["first"] == 0 || on["second"] == 0 {
		t.Error("expected runs on both hosts")
	}
	for _, h := range hosts {
		if left := demoStacks(t, h, ""); len(left) > 0 {
			t.Errorf("left on the %s engine: %q", h.name, left)
		}
	}
}

// loseHost has a run on each host, and kills all of the second one.
func loseHost(t *testing.T, hosts [2]host, b *bridge) {
	one, two := demoPull(t), demoPull(t)
	pause(t, 1)
	ids := map[trigger.Pull]int64{one: comment(t, "ada", one, trigger.Word), two: comment(t, "ada", two, trigger.Word)}
	var kept, lost trigger.Pull
	build := 0
	await(t, "an app of each on an engine of its own", demoLimit, func() (err error) {
		for _, l := range []trigger.Pull{one, two} {
			if len(demoStacks(t, hosts[1], prefix(l))) > 0 {
				lost, kept = l, map[trigger.Pull]trigger.Pull{one: two, two: one}[l]
			}
		}
		if lost.Number == 0 || len(demoStacks(t, hosts[0], prefix(kept))) == 0 {
			return errors.New("not there yet")
		}
		if build, err = buildOf(ids[lost]); err == nil && len(followers(build)) == 0 {
			err = errors.New("nobody follows the second host's run")
		}
		return err
	})
	if err := command(filepath.Join(root, "checks/forge/halt.sh"), filepath.Join(dir, "second"), "runner", "KILL"); err != nil {
		t.Fatal(err)
	}
	t.Logf("killed: the second host's runner and %d more processes", killAll(t, hosts[1]))
	if err := none(followers(build)); err != nil {
		t.Error(err)
	}
	answered(t, kept, demoLimit, "**GREEN, level 5 of 5**")

	usual := b.args
	b.args = append(usual[:len(usual):len(usual)], "--build-limit", "1m") // Drone waits for a dead runner for ever
	b.kill(syscall.SIGTERM)
	b.start("")
	text := answered(t, lost, 3*time.Minute, "ran for more than 1m0s")
	t.Logf("the answer to the lost run: %s", text)
	if !strings.Contains(text, "**ERROR**") || !strings.Contains(text, "was not judged") {
		t.Errorf("expected an error and no verdict, found:\n%s", text)
	}
	if r, err := store.Read(machine.Results.Dir).OfKey(fmt.Sprint(ids[lost])); !errors.Is(err, store.ErrNone) {
		t.Errorf("expected no result of the lost run, found %s, %v", r.ID, err)
	}
	b.args = usual
	b.kill(syscall.SIGTERM)
	b.start("")
	again := comment(t, "ada", lost, trigger.Word)
	answered(t, lost, demoLimit, "**ERROR**", "**GREEN, level 5 of 5**")
	if h := ranOn(t, hosts, again); h.name != "first" {
		t.Errorf("expected the second run on the first host, found it on the %s", h.name)
	}
	swept(t, hosts[1], prefix(lost))
}

// swept sees that a dead host's run left its app, and that one pass of the janitor removes it.
func swept(t *testing.T, h host, lost string) {
	t.Helper()
	left := demoStacks(t, h, lost)
	if len(left) != 1 {
		t.Fatalf("expected the lost run's app in the engine, found %q: nothing for the janitor", left)
	}
	for pass, want := range []bool{true, false} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		out, err := exec.CommandContext(ctx, ccci, "janitor", "--site", h.file).CombinedOutput()
		cancel()
		if err != nil || strings.Contains(string(out), "reaped ") != want {
			t.Errorf("pass %d of the janitor: expected that it reaped something: %t, found %v\n%s", pass+1, want, err, out)
		}
		t.Logf("pass %d of the janitor:\n%s", pass+1, out)
	}
	if left := demoStacks(t, h, ""); len(left) > 0 {
		t.Errorf("left after the janitor: %q", left)
	}
}

// ranOn gives the host that has the folder of the run that a comment started, whose green result must be in the one store.
func ranOn(t *testing.T, hosts [2]host, comment int64) (found host) {
	t.Helper()
	r, err := store.Read(machine.Results.Dir).OfKey(fmt.Sprint(comment))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, h := range hosts {
		if _, err := os.Stat(filepath.Join(h.site.State, "runs", r.ID)); err == nil {
			found, n = h, n+1
		}
	}
	if n != 1 {
		t.Errorf("run %s: expected its folder on one host, found it on %d", r.ID, n)
	}
	return found
}

func prefix(p trigger.Pull) string { return fmt.Sprintf("demo-pr%d-", p.Number) }

// demoStacks names the demo's apps in a host's engine whose name begins so.
func demoStacks(t *testing.T, h host, prefix string) []string {
	t.Helper()
	names, err := stacks(t.Context(), h.site.Docker)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, prefix) })
}

// objects names all that an app could have in a host's engine.
func objects(t *testing.T, h host) []string {
	t.Helper()
	e, err := swarm.Connect(t.Context(), h.site.Docker)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	list, err := e.Objects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	names := swarm.Strings(list)
	slices.Sort(names)
	return names
}
