//go:build forge && long

package forge

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/trigger"
)

var soakTime = flag.Duration("soak", time.Hour, "how long TestSoak takes, of which the last fifth is for what is still open; -seed is that of its events")

// soakSlots are the runner's; the engine takes two of the demo's runs at a time.
const soakSlots = 3

// soak is one bridge of one project with both kinds of recipes, and all that was done to it.
type soak struct {
	t            *testing.T
	b            *bridge
	key          trigger.Key
	log          *slog.Logger
	began        time.Time
	light, demos []proposal
	asked        map[int64]*asked
	noises       []int64
	ends         map[string]int // comments by what came of them
	samples      []sample
	lives        int // of bridges
	bornAt       time.Time
	looked       time.Time
	sampled      time.Time
	beside       sync.WaitGroup

	mu    sync.Mutex
	harms []*harm
}

// TestSoak: for an hour, comments, pushes and cancels of builds come at random, the bridge, the runner, drivers of runs and dockerd are killed,
// the forge and Drone are away or the way to them is bad; runs of the demo on the swarm among many that have no app. Every comment is answered
// once and has one run at most; it has the right verdict unless something was done to its build; nothing is left; and the bridge does not grow.
//
// With the tags forge and long, since it takes an hour and kills the machine's engine: checks/forge/soak.sh. A seed makes the same events again.
func TestSoak(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	s := newSoak(t)
	span := *soakTime * 4 / 5
	before := s.left()
	t.Logf("-soak %s -seed %d", *soakTime, *seed)
	s.began = time.Now()
	s.carryOut(schedule(*seed, span), span)
	s.log.Info("no more events")
	s.beside.Wait()
	s.b.forge.set(false, nil)
	s.b.drone.set(false, nil)
	for limit := time.Now().Add(*soakTime/5 + buildLimit() + 2*time.Minute); s.open(false) > 0 && time.Now().Before(limit); time.Sleep(time.Second) {
		s.look()
	}
	time.Sleep(20 * time.Second) // what is late by now never comes
	s.total()
	s.clean(before)
	s.growth()
	for _, end := range slices.Sorted(maps.Keys(s.ends)) {
		t.Logf("%4d %s", s.ends[end], end)
	}
	t.Logf("%d bridges; took %s", s.lives, time.Since(s.began).Round(time.Second))
}

// buildLimit is the bridge's, after which a build whose runner was killed is given up; longer than the demo takes on a busy machine.
func buildLimit() time.Duration { return max(3*time.Minute, min(6*time.Minute, *soakTime/10)) }

// newSoak makes the project, the pull requests and the bridge, and lets one run of the demo go first, which compiles cc-ci.
func newSoak(t *testing.T) *soak {
	s := &soak{t: t, key: trigger.Key(strings.Repeat("k", 40)), asked: map[int64]*asked{}, ends: map[string]int{}}
	log, err := os.Create(filepath.Join(os.Getenv("CC_CI_CACHE"), "log", fmt.Sprintf("soak-%d.log", *seed)))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("log: %s", log.Name())
	t.Cleanup(func() {
		defer log.Close()
		if s.b == nil {
			return
		}
		if err := os.WriteFile(log.Name()+".bridge", []byte(s.b.log.String()), 0o600); err != nil {
			t.Error(err)
		}
	})
	s.log = slog.New(slog.NewTextHandler(io.Writer(log), nil))
	if err := enginesOwn(); err != nil {
		t.Fatal(err)
	}
	demoRepository(t, strings.TrimPrefix(machineOfRuns(t)["demo"], "file://"))
	recipes := []string{"green", "blue", "takes-3s", "takes-15s", "red"} // a store keeps 120 results of each
	soakProject(t, recipes)
	if err := runner(soakSlots); err != nil {
		t.Fatal(err)
	}
	s.b = start(t, settings{project: "cc-ci", recipes: "checks/tests", more: []string{"--build-limit", buildLimit().String(), "--slots", fmt.Sprint(soakSlots)}})
	s.lives, s.bornAt = 1, time.Now()
	for _, r := range recipes {
		for range 2 {
			p := proposal{pull: pull(t, r), verdict: "GREEN"}
			if r == "red" {
				p.verdict = "RED"
			}
			s.light = append(s.light, s.branched(p))
		}
	}
	for range 3 {
		s.demos = append(s.demos, s.branched(proposal{pull: demoPull(t), demo: true, verdict: "GREEN"}))
	}
	s.demos = append(s.demos, s.branched(proposal{pull: brokenPull(t), demo: true, verdict: "RED"}))
	pause(t, 4)
	s.ask(s.demos[0])
	await(t, "the first run of the demo", demoLimit, func() error {
		s.look()
		if s.open(true) > 0 {
			return errors.New("its comment is open")
		}
		return nil
	})
	if t.Failed() {
		t.Fatal("no soak: the first run of the demo came to nothing")
	}
	return s
}

func (s *soak) branched(p proposal) proposal {
	p.branch, _ = headOf(s.t, p.pull)
	return p
}

// enginesOwn refuses to kill an engine that is not the tests'.
func enginesOwn() error {
	pid, err := enginePid()
	if err == nil {
		err = syscall.Kill(pid, 0)
	}
	return err
}

// look reads answers now and then, measures once a minute, and sees that the bridge lives.
func (s *soak) look() {
	if s.b.died(0) {
		s.t.Errorf("the bridge ended by itself:\n%s", tail(s.b.log.String(), 20))
		s.b.start("")
		s.lives, s.bornAt = s.lives+1, time.Now()
	}
	if time.Since(s.looked) > 4*time.Second {
		s.looked = time.Now()
		s.collect()
	}
	if time.Since(s.sampled) > time.Minute {
		s.sampled = time.Now()
		s.sample()
	}
}

// soakProject makes the project recipes/cc-ci of this repository with light recipes beside its own. They have no app: before the steps of .drone.yml's
// pipeline of a recipe, this test program takes their builds (step_test.go), and ends them.
func soakProject(t *testing.T, light []string) {
	t.Helper()
	folder, own := t.TempDir(), filepath.Join(t.TempDir(), "git")
	git(t, root, "init", "--quiet", "--bare", own)
	git(t, root, "--git-dir", own, "--work-tree", root, "add", "--all")
	git(t, root, "--git-dir", own, "--work-tree", root, "checkout-index", "--all", "--prefix", folder+"/")
	demo, err := os.ReadFile(filepath.Join(folder, "checks/tests/demo/default.nix"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range light {
		put(t, filepath.Join(folder, "checks/tests", r, "default.nix"), string(demo))
		repository(t, r)
	}
	yml, err := os.ReadFile(filepath.Join(folder, ".drone.yml"))
	if err != nil {
		t.Fatal(err)
	}
	_, recipe, _ := strings.Cut(string(yml), "\n---\n")
	head, steps, ok := strings.Cut(recipe, "\nsteps:\n")
	if !ok {
		t.Fatal("expected two pipelines in .drone.yml, the second with steps, found another form")
	}
	put(t, filepath.Join(folder, ".drone.yml"), head+"\nsteps:\n"+lightStep+steps)
	if err := script("project.sh", "cc-ci", folder); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "trivial"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// lightStep ends a light recipe's build: 78 tells Drone to skip what follows.
const lightStep = `  - name: light
    commands:
      - if [ "$CCCI_RECIPE" = demo ]; then exit 0; fi
      - CC_CI_FORGE_STEP="$FORGE_STEP" "$FORGE_PROGRAM"
      - exit 78
`
