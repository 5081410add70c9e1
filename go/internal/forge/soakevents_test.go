//go:build forge && long

package forge

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/drone/drone-go/drone"

	"coopcloud.tech/cc-ci/internal/follow"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// demosAtOnce bounds the comments on the demo that are not settled: each is a minute of two cores.
const demosAtOnce = 3

func (s *soak) askLight(luck *rand.Rand) bool {
	s.ask(s.light[luck.IntN(len(s.light))])
	return true
}

func (s *soak) askDemo(luck *rand.Rand) bool {
	p := s.demos[luck.IntN(len(s.demos))]
	if s.open(true) >= demosAtOnce {
		return false
	}
	s.ask(p)
	return true
}

func (s *soak) ask(p proposal) {
	began := time.Now() // before the forge's own time of it
	id := comment(s.t, "ada", p.pull, trigger.Word)
	s.asked[id] = &asked{proposal: p, at: began}
	s.log.Info("comment", "id", id, "pull", p.pull)
}

// noise is comments that ask for nothing, and one of a stranger's that asks.
func (s *soak) noise(luck *rand.Rand) bool {
	p := s.light[luck.IntN(len(s.light))]
	body := []string{"hello", "!testme please", "> !testme", "!TESTME"}[luck.IntN(4)]
	id := comment(s.t, []string{"ada", "mallory"}[luck.IntN(2)], p.pull, body)
	s.noises = append(s.noises, id)
	s.log.Info("noise", "id", id, "pull", p.pull, "body", body)
	return true
}

// pushSome adds a commit to a pull request; of five, one to the demo's.
func (s *soak) pushSome(luck *rand.Rand) bool {
	of := s.light
	if luck.IntN(5) == 0 {
		of = s.demos
	}
	p := of[luck.IntN(len(of))]
	h := harm{what: "push", pull: p.pull, from: time.Now()}
	sha := push(s.t, p.pull.Owner, p.pull.Repo, p.branch, "")
	h.to = time.Now()
	s.hurt(h)
	s.log.Info("push", "pull", p.pull, "commit", sha)
	return true
}

// cancelSome cancels a build in Drone.
func (s *soak) cancelSome(luck *rand.Rand) bool {
	list, err := builds.BuildList("recipes", "cc-ci", pageOf(1))
	if err != nil {
		s.t.Fatal(err)
	}
	var live []*drone.Build
	for _, v := range list {
		if v.Status == drone.StatusRunning || v.Status == drone.StatusPending {
			live = append(live, v)
		}
	}
	if len(live) == 0 {
		return false
	}
	v := live[luck.IntN(len(live))]
	s.hurt(harm{what: "cancel", build: v.Number})
	if err := builds.BuildCancel("recipes", "cc-ci", int(v.Number)); err != nil {
		s.t.Errorf("cancel of build %d: %v", v.Number, err)
	}
	s.log.Info("cancel", "build", v.Number, "status", v.Status, "comment", v.Params[trigger.ParamComment])
	return true
}

// weather takes the forge or Drone away from the bridge for a while, or makes the way there lossy and slow. It excuses nothing.
func (s *soak) weather(luck *rand.Rand) bool {
	name, server := "forge", s.b.forge
	if luck.IntN(2) == 0 {
		name, server = "drone", s.b.drone
	}
	lasts := time.Duration(5+luck.IntN(40)) * time.Second
	down := luck.IntN(2) == 0
	if down {
		server.set(true, nil)
	} else {
		server.set(false, luck) // nobody else's from here on
	}
	time.AfterFunc(lasts, func() { server.set(false, nil) })
	s.log.Info("weather", "server", name, "down", down, "lasts", lasts)
	return true
}

// pass is one of the janitor's, beside whatever runs. Only a dead engine excuses its failure.
func (s *soak) pass(*rand.Rand) bool {
	s.beside.Go(func() {
		from := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
		defer cancel()
		out, err := exec.CommandContext(ctx, ccci, "janitor", "--site", filepath.Join(dir, "site.json")).CombinedOutput()
		s.log.Info("janitor", "took", time.Since(from), "error", err, "said", string(out))
		if err != nil && !s.engineWasDown(from, time.Now()) {
			s.t.Errorf("a pass of the janitor: %v\n%s", err, out)
		}
	})
	return true
}

// killBridge kills it, half of the time the next life as well, at a named place that a new comment brings it to.
func (s *soak) killBridge(luck *rand.Rand) bool {
	place := places[luck.IntN(len(places))]
	s.b.kill(syscall.SIGKILL)
	time.Sleep(time.Duration(luck.IntN(3000)) * time.Millisecond)
	if luck.IntN(2) == 0 {
		place = ""
	} else {
		s.b.start(place)
		s.askLight(luck)
		if !s.b.died(20 * time.Second) {
			s.b.kill(syscall.SIGKILL)
		}
	}
	s.b.start("")
	s.lives++
	s.bornAt = time.Now()
	s.log.Info("bridge killed", "again at", place, "life", s.lives)
	return true
}

func (s *soak) killRunner(luck *rand.Rand) bool {
	h := harm{what: "runner killed", from: time.Now()}
	if err := script("halt.sh", "runner", "KILL"); err != nil {
		s.t.Fatal(err)
	}
	h.to = time.Now()
	s.hurt(h)
	time.Sleep(time.Duration(luck.IntN(5000)) * time.Millisecond)
	if err := runner(soakSlots); err != nil {
		s.t.Fatal(err)
	}
	s.log.Info("runner killed and started")
	return true
}

// killDriver kills the process of a run of the demo.
func (s *soak) killDriver(luck *rand.Rand) bool {
	found := drivers()
	if len(found) == 0 {
		return false
	}
	d := found[luck.IntN(len(found))]
	req, _, err := follow.ReadRequest(d.folder)
	if err != nil || req.Build == nil {
		s.t.Errorf("request of the run in %s: build %v, %v", d.folder, req.Build, err)
		return true
	}
	s.hurt(harm{what: "driver killed", build: req.Build.Number})
	if err := syscall.Kill(d.pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		s.t.Error(err)
	}
	s.log.Info("driver killed", "run", req.Run, "build", req.Build.Number, "comment", req.Build.Key)
	return true
}

// driver is the process of one run.
type driver struct {
	pid    int
	folder string // of the run
}

func drivers() (found []driver) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		b, _ := os.ReadFile(f) // gone: not running
		argv := strings.Split(string(b), "\x00")
		if len(argv) < 3 || argv[1] != "kept-run" || !strings.HasPrefix(argv[2], machine.State+"/") {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(f))); err == nil {
			found = append(found, driver{pid, argv[2]})
		}
	}
	return found
}

// killEngine kills dockerd, and has the machine's set-up bring it back after a while.
func (s *soak) killEngine(luck *rand.Rand) bool {
	if s.engineWasDown(time.Now(), time.Now()) {
		return false
	}
	pid, err := enginePid()
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err != nil {
		s.t.Errorf("dockerd: %v", err)
		return true
	}
	h := s.hurt(harm{what: "dockerd killed", from: time.Now(), to: time.Now().Add(time.Hour), engine: true})
	s.log.Info("dockerd killed", "pid", pid)
	away := time.Duration(luck.IntN(8000)) * time.Millisecond
	s.beside.Go(func() {
		time.Sleep(away)
		began := time.Now()
		err := command(filepath.Join(root, "checks/machine/up.sh"), "forge")
		s.mu.Lock()
		h.to = time.Now().Add(settling)
		s.mu.Unlock()
		s.log.Info("dockerd brought back", "took", time.Since(began), "error", err)
		if err != nil {
			s.t.Errorf("dockerd did not come back: %v", err)
		}
	})
	return true
}

// settling is how long the swarm takes to start its own services again once the engine answers.
const settling = 30 * time.Second

func enginePid() (int, error) {
	if os.Getenv("CC_CI_DOCKER") != "own" {
		return 0, fmt.Errorf("CC_CI_DOCKER: expected own, an engine that may be killed, found %q", os.Getenv("CC_CI_DOCKER"))
	}
	b, err := os.ReadFile(filepath.Join(os.Getenv("CC_CI_CACHE"), "docker/dockerd.pid"))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(b)))
}
