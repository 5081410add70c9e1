package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// measured is one run of a recipe's matrix.
type measured struct {
	result.Result
	wall time.Duration
	cpu  time.Duration // cc-ci's own; what it started is not in it
}

// plan lets Nix render a recipe's plan.
func (r *Runner) plan(ctx context.Context, recipe string) (string, error) {
	out, err := r.output(ctx, ".", "nix", "build", ".#plan-"+recipe, "--no-link", "--print-out-paths")
	return strings.TrimSpace(out), err
}

// run carries out a plan with cc-ci; the run must be green. env adds variables.
func (r *Runner) run(ctx context.Context, plan string, env []string, args ...string) (measured, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	program, err := exec.LookPath("cc-ci")
	if err != nil {
		return measured{}, fmt.Errorf("%w (`make up` builds it, `make -s env` puts it on PATH)", err)
	}
	cmd := r.command(ctx, ".", program, append([]string{"run", "--plan", plan, "--json"}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return measured{}, err
	}
	stop := make(chan struct{})
	used := make(chan time.Duration, 1)
	go func() { used <- watchCPU(cmd.Process.Pid, stop) }()
	err = cmd.Wait()
	m := measured{wall: time.Since(began)}
	close(stop)
	m.cpu = <-used
	if err != nil {
		return m, fmt.Errorf("cc-ci run: %w\n%s%s", err, errs.String(), out.String())
	}
	return m, json.Unmarshal(out.Bytes(), &m.Result)
}

// watchCPU samples how much processor time a process itself has used, until stop is closed.
func watchCPU(pid int, stop <-chan struct{}) (used time.Duration) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if _, rest, ok := strings.Cut(string(b), ") "); err == nil && ok {
			if f := strings.Fields(rest); len(f) > 12 {
				user, _ := strconv.Atoi(f[11])
				system, _ := strconv.Atoi(f[12])
				used = max(used, time.Duration(user+system)*10*time.Millisecond) // USER_HZ is 100 on Linux
			}
		}
		select {
		case <-stop:
			return used
		case <-tick.C:
		}
	}
}

// parts are where a run's time goes, in the order of the table.
var parts = []string{"engine and app start", "router", "the app's answers", "backup service", "browser", "the recipe's own tests", "seeing that nothing crashes", "cc-ci and what is not a step"}

// partOf tells to which part a step of a result belongs.
func partOf(place string) string {
	has := func(words ...string) bool {
		for _, w := range words {
			if place == w || strings.HasSuffix(place, "."+w) || strings.HasPrefix(place, w+"[") || strings.HasPrefix(place, w+".") {
				return true
			}
		}
		return false
	}
	switch {
	case has("flows", "smoke"):
		return parts[4]
	case has("local"):
		return parts[5]
	case has("deploy", "removed"):
		return parts[0]
	case has("ready"):
		return parts[1]
	case has("state", "lost", "setup", "needs"):
		return parts[2]
	case has("backup", "snapshot", "restore"):
		return parts[3]
	case has("steady"):
		return parts[6]
	}
	return parts[7]
}

// split adds up a run's steps by their part; what no step covers is cc-ci's. A removal is the engine's.
func split(r result.Result) map[string]time.Duration {
	out := map[string]time.Duration{}
	for _, s := range r.Stages {
		rest := s.Took
		for _, step := range s.Steps {
			out[partOf(step.Place)] += step.Took
			rest -= step.Took
		}
		if s.Name == "remove" {
			out[parts[0]] += max(rest, 0)
			continue
		}
		out[parts[7]] += max(rest, 0)
	}
	return out
}

// script runs a script of checks/bench and gives seconds by its names; a name that comes twice is added up.
func (r *Runner) script(ctx context.Context, script string, args ...string) (map[string]float64, error) {
	out, err := r.output(ctx, ".", "checks/bench/"+script, args...)
	if err != nil {
		return nil, err
	}
	times := map[string]float64{}
	for line := range strings.Lines(out) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		ms, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, fmt.Errorf("checks/bench/%s: expected lines of NAME MILLISECONDS, found %q", script, line)
		}
		times[name] += ms / 1e3
	}
	return times, nil
}
