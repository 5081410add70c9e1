package bench

import (
	"context"
	"fmt"
	"strings"
)

// evaluation asks checks/bench/eval.sh, which prints lines of "WHAT RECIPES THUNKS SECONDS".
func evaluation(ctx context.Context, r *Runner) (*Table, error) {
	t := &Table{
		Title: "Evaluation", Head: []string{"what", "recipes", "thunks", "processor time"},
		Note: "One recipe among others, none of which may be read, and `nix flake check --no-build` of an organisation's own flake; with checks/fixture in nixpkgs' place.",
	}
	type key struct{ what, recipes string }
	var order []key
	thunks, cpu := map[key]series{}, map[key]series{}
	for range r.Rounds {
		out, err := r.output(ctx, ".", "checks/bench/eval.sh")
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(out) {
			var k key
			var n, s float64
			if _, err := fmt.Sscan(line, &k.what, &k.recipes, &n, &s); err != nil {
				return nil, fmt.Errorf("checks/bench/eval.sh: %q: %w", line, err)
			}
			if thunks[k] == nil {
				order = append(order, k)
			}
			thunks[k], cpu[k] = append(thunks[k], n), append(cpu[k], s)
		}
	}
	for _, k := range order {
		t.row(strings.ReplaceAll(k.what, "-", " "), k.recipes, count(thunks[k].median()), cpu[k].spread(seconds))
	}
	return t, nil
}
