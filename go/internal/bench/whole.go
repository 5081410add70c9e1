package bench

import (
	"context"
	"fmt"
	"slices"
)

// whole compares cc-ci's run of the demo's matrix with the plain script's, in turns.
func whole(ctx context.Context, r *Runner) (*Table, error) {
	plan, err := r.plan(ctx)
	if err != nil {
		return nil, err
	}
	ours, theirs := map[string]series{}, map[string]series{}
	for range r.Rounds {
		m, err := r.run(ctx, plan, nil)
		if err != nil {
			return nil, err
		}
		sums := map[string]float64{"whole": m.wall.Seconds(), "cpu": m.cpu.Seconds() / m.wall.Seconds()}
		for _, s := range m.Stages {
			sums[s.Name] += s.Took.Seconds()
		}
		for part, took := range split(m.Result) {
			sums["part "+part] += took.Seconds()
		}
		add(ours, sums)
		base, err := r.script(ctx, "baseline.sh")
		if err != nil {
			return nil, err
		}
		add(theirs, base)
	}
	t := &Table{
		Title: "The whole run", Head: []string{"what", "cc-ci", "plain script", "ratio"},
		Note: "The demo's matrix by cc-ci and by checks/bench/baseline.sh, a plain script of the same matrix, in turns on one machine. " +
			"Aims: at most 0.8 in all, and cc-ci's own processor time below 2 % of the wall clock.",
	}
	for _, name := range []string{"whole", "prepare", "install", "backup", "local", "upgrade", "remove"} {
		t.row(name, ours[name].spread(seconds), theirs[name].spread(seconds), ours[name].per(theirs[name]).spread(ratio))
	}
	for _, part := range parts {
		t.row("of it: "+part, ours["part "+part].spread(seconds), "-", "-")
	}
	t.row("cc-ci's own processor time, of the wall clock", ours["cpu"].spread(percent), "-", "-")
	return t, nil
}

func add(to map[string]series, values map[string]float64) {
	for name, v := range values {
		to[name] = append(to[name], v)
	}
}

// voidOver is how much slower than the floor the script may install before it is no measure.
const voidOver = 1.3

// install compares the time from the deploy to the first answer with the floor.
func install(ctx context.Context, r *Runner) (*Table, error) {
	plan, err := r.plan(ctx)
	if err != nil {
		return nil, err
	}
	var ours, theirs, floor series
	for range r.Rounds {
		low, err := r.script(ctx, "baseline.sh", "floor")
		if err != nil {
			return nil, err
		}
		plain, err := r.script(ctx, "baseline.sh", "install")
		if err != nil {
			return nil, err
		}
		m, err := r.run(ctx, plan, nil, "--stage", "install")
		if err != nil {
			return nil, err
		}
		floor, theirs = append(floor, low["floor"]), append(theirs, plain["ready"])
		ours = append(ours, untilReady(m))
	}
	t := &Table{
		Title: "Install against the floor", Head: []string{"who", "deploy to first answer", "to the floor"},
		Note: "From the deploy's call to the first HTTPS answer of the app. The floor is a bare `docker stack deploy` asked again without a pause. Aim: at most 1.15.",
	}
	t.row("the floor", floor.spread(seconds), "1")
	t.row("cc-ci", ours.spread(seconds), ours.per(floor).spread(ratio))
	t.row("plain script", theirs.spread(seconds), theirs.per(floor).spread(ratio))
	if v := theirs.per(floor).median(); v > voidOver {
		return t, fmt.Errorf("the plain script is no measure: it installs in %.2f of the floor, more than %.1f", v, voidOver)
	}
	return t, nil
}

// untilReady is how long the install's deploy took until the app answered.
func untilReady(m measured) (sum float64) {
	for _, s := range m.Stages {
		for _, step := range s.Steps {
			if s.Name == "install" && slices.Contains([]string{"deploy", "ready"}, step.Place) {
				sum += step.Took.Seconds()
			}
		}
	}
	return sum
}

// togethers are how many runs at once are tried.
var togethers = []int{1, 2, 4, 8}

// many runs several at once: where does it stop to pay?
func many(ctx context.Context, r *Runner) (*Table, error) {
	plan, err := r.plan(ctx)
	if err != nil {
		return nil, err
	}
	t := &Table{
		Title: "Several runs at once", Head: []string{"at once", "all ended after", "runs an hour", "to one at a time"},
		Note: "Whole runs of the demo side by side on this machine, each with its own domain.",
	}
	var one float64
	for _, n := range togethers {
		var walls series
		for range min(r.Rounds, 3) {
			wall, err := r.together(ctx, plan, n)
			if err != nil {
				return nil, fmt.Errorf("%d at once: %w", n, err)
			}
			walls = append(walls, wall)
		}
		hourly := 3600 * float64(n) / walls.median()
		if n == 1 {
			one = hourly
		}
		t.row(fmt.Sprint(n), walls.spread(seconds), count(hourly), ratio(hourly/one))
	}
	return t, nil
}
