package bench

import (
	"context"
	"fmt"
	"slices"
)

// voidOver is how much slower than the floor the script may install before it is no measure.
const voidOver = 1.3

// whole compares cc-ci's run of a recipe's matrix with the plain script's, in turns, and both installs with the floor.
func whole(recipe string) func(context.Context, *Runner) (*Table, error) {
	return func(ctx context.Context, r *Runner) (*Table, error) {
		plan, err := r.plan(ctx, recipe)
		if err != nil {
			return nil, err
		}
		ours, theirs := map[string]series{}, map[string]series{}
		for range r.Rounds {
			if err := r.wholeRound(ctx, recipe, plan, ours, theirs); err != nil {
				return nil, err
			}
		}
		t := wholeTable(recipe, ours, theirs)
		if v := theirs["ready"].per(theirs["floor"]).median(); v > voidOver {
			return t, fmt.Errorf("the plain script is no measure: it installs in %.2f of the floor, more than %.1f", v, voidOver)
		}
		return t, nil
	}
}

func (r *Runner) wholeRound(ctx context.Context, recipe, plan string, ours, theirs map[string]series) error {
	m, err := r.run(ctx, plan, nil)
	if err != nil {
		return err
	}
	sums := map[string]float64{"whole": m.wall.Seconds(), "cpu": m.cpu.Seconds() / m.wall.Seconds(), "ready": untilReady(m)}
	for _, s := range m.Stages {
		sums[s.Name] += s.Took.Seconds()
		for _, step := range s.Steps {
			if step.Place == "steady" {
				sums["steady"] += step.Took.Seconds()
			}
		}
	}
	for part, took := range split(m.Result) {
		sums["part "+part] += took.Seconds()
	}
	add(ours, sums)
	base, err := r.script(ctx, "baseline.sh", recipe)
	if err != nil {
		return err
	}
	floor, err := r.script(ctx, "baseline.sh", recipe, "floor")
	if err != nil {
		return err
	}
	base["floor"] = floor["floor"]
	add(theirs, base)
	return nil
}

func wholeTable(recipe string, ours, theirs map[string]series) *Table {
	t := &Table{
		Title: "The whole run: " + recipe, Head: []string{"what", "cc-ci", "plain script", "cc-ci to the script"},
		Note: "The matrix of checks/tests/" + recipe + " by cc-ci and by checks/bench/baseline.sh, a plain script of the same matrix. " +
			"Aims: at most 0.8 of the script; deploy to first answer at most 1.15 of the floor, a bare `docker stack deploy` that is asked without a pause; " +
			"cc-ci's own processor time below 2 % of the wall clock. The script is a measure while it installs within 1.3 of the floor.",
	}
	for _, name := range []string{"whole", "prepare", "needs", "install", "backup", "local", "upgrade", "remove"} {
		if ours[name] != nil {
			t.row(name, ours[name].spread(seconds), theirs[name].spread(seconds), ours[name].per(theirs[name]).spread(ratio))
		}
	}
	same := func(what, name string) {
		t.row(what, ours[name].spread(seconds), theirs[name].spread(seconds), ours[name].per(theirs[name]).spread(ratio))
	}
	same("of it: seeing that nothing crashes", "steady")
	same("of it: the install's deploy to the first answer", "ready")
	floor := theirs["floor"]
	t.row("that against the floor of "+floor.spread(seconds), ours["ready"].per(floor).spread(ratio), theirs["ready"].per(floor).spread(ratio), "-")
	for _, part := range parts {
		t.row("cc-ci's time: "+part, ours["part "+part].spread(seconds), "-", "-")
	}
	t.row("cc-ci's own processor time, of the wall clock", ours["cpu"].spread(percent), "-", "-")
	return t
}

func add(to map[string]series, values map[string]float64) {
	for name, v := range values {
		to[name] = append(to[name], v)
	}
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
