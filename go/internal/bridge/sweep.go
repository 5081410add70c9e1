package bridge

import (
	"context"
	"errors"
	"maps"
	"slices"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// sweepOne makes the build of one recipe whose round of the sweep has come (T10), while
// no pull request waits and no build is under way. The round is part of the idempotency
// key, so that a kill before the cursor is written makes no second build.
func (b *Bridge) sweepOne(ctx context.Context) {
	if b.cfg.SweepPeriod <= 0 || len(b.open) > 0 || b.now().Before(b.due.sweep) || ctx.Err() != nil {
		return
	}
	b.due.sweep = b.now().Add(b.times.sweep)
	if err := b.sweep(ctx); err != nil {
		b.health.fault("sweep", err)
		b.log.Warn("sweep", "error", err)
		return
	}
	b.health.well("sweep")
}

func (b *Bridge) sweep(ctx context.Context) error {
	names, err := b.to.Recipes.Enrolled(ctx)
	if err != nil {
		return err
	}
	list, err := b.list(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(v trigger.Build) bool { return v.Recipe() != "" && !v.Ended() }) {
		return nil
	}
	recipe, round := b.dueRecipe(names)
	if recipe == "" {
		return nil
	}
	key := trigger.SweepKey(recipe, round)
	_, there, err := b.lookUp(ctx, key, b.now().Add(-b.cfg.SweepPeriod))
	if err != nil {
		return err
	}
	if !there {
		if err := b.sweepRecipe(ctx, recipe, key); err != nil {
			return err
		}
	}
	b.cursor.Swept[recipe] = round
	return nil
}

// dueRecipe gives the recipe that waits longest for its round, empty for none. A recipe seen for
// the first time waits for its next round: not all of them come at once.
func (b *Bridge) dueRecipe(names map[string]bool) (string, int64) {
	if b.cursor.Swept == nil {
		b.cursor.Swept = map[string]int64{}
	}
	maps.DeleteFunc(b.cursor.Swept, func(name string, _ int64) bool { return !names[name] })
	due, rounds, most := "", int64(0), int64(0)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		round := trigger.Round(name, b.now(), b.cfg.SweepPeriod)
		last, seen := b.cursor.Swept[name]
		if !seen {
			b.cursor.Swept[name] = round
		} else if round-last > most {
			due, rounds, most = name, round, round-last
		}
	}
	return due, rounds
}

func (b *Bridge) sweepRecipe(ctx context.Context, recipe, key string) error {
	tip, err := b.to.Recipes.Branch(ctx, recipe)
	if errors.Is(err, trigger.ErrGone) {
		b.log.Info("sweep: the organisation has no such repository", "recipe", recipe)
		return nil
	}
	if err != nil {
		return err
	}
	if err := b.guarded(ctx); err != nil {
		return err
	}
	build, err := b.to.Builds.Create(ctx, trigger.Params{Recipe: recipe, Ref: tip.SHA, Source: tip.Source, Comment: key})
	if err != nil {
		return err
	}
	b.at("bridge.swept")
	b.health.count("build", "sweep")
	b.log.Info("sweep", "recipe", recipe, "build", build.Number, "ref", tip.SHA)
	return nil
}
