package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"coopcloud.tech/cc-ci/internal/site"
)

// togethers are how many runs at once are tried.
var togethers = []int{1, 2, 4, 8}

// many runs several at once: where does it stop to pay?
func many(ctx context.Context, r *Runner) (*Table, error) {
	plan, err := r.plan(ctx, "demo")
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
		for range r.Rounds {
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

// together runs n whole runs at once and gives when the last of them ended.
func (r *Runner) together(ctx context.Context, plan string, n int) (float64, error) {
	dir, err := os.MkdirTemp("", "cc-ci-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	path, err := siteWith(dir, "many", func(s *site.Site) { s.MaxTests = n })
	if err != nil {
		return 0, err
	}
	began, errs := time.Now(), make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { _, errs[i] = r.run(ctx, plan, []string{"CC_CI_SITE=" + path}, "--pr", strconv.Itoa(9000+i)) })
	}
	all.Wait()
	return time.Since(began).Seconds(), errors.Join(errs...)
}
