package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"coopcloud.tech/cc-ci/internal/site"
)

// siteWith writes the machine's site file, changed, to a folder that the caller removes.
func siteWith(dir, name string, change func(*site.Site)) (string, error) {
	s, err := site.Load("")
	if err != nil {
		return "", err
	}
	change(&s)
	b, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name+".json")
	return path, os.WriteFile(path, b, 0o600)
}

// change measures what single measures are worth: each with the measure and without it, in turns.
func change(ctx context.Context, r *Runner) (*Table, error) {
	plan, err := r.plan(ctx, "demo")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "cc-ci-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	slow, err := siteWith(dir, "usual-health", func(s *site.Site) {
		kept := s.Overrides[:0]
		for _, o := range s.Overrides {
			if o.Name != "fast-health" {
				kept = append(kept, o)
			}
		}
		s.Overrides = kept
	})
	if err != nil {
		return nil, err
	}
	values := map[string]series{}
	m, err := r.goBench(ctx, "Start", "-tags", "live", "-benchtime", "1x", "./internal/browser")
	if err != nil {
		return nil, err
	}
	for _, ns := range m["browser.Start"]["ns/op"] {
		values["browser"] = append(values["browser"], ns/1e9)
	}
	for range r.Rounds {
		if err := r.changeRound(ctx, plan, slow, values); err != nil {
			return nil, err
		}
	}
	return changeTable(values), nil
}

func changeTable(values map[string]series) *Table {
	t := &Table{
		Title: "What single measures are worth", Head: []string{"measure", "without", "with", "saved"},
		Note: "Nothing of this tests less. Health checks: deploy to first answer with the recipe's own interval and with a second. " +
			"Traefik: deploy to first answer through two routers beside each other. Removal: of an app that is to be kept no longer, as `abra app undeploy` does it and by the engine at once. " +
			"Browser: its start with its driver, which runs while the app starts, so that no flow waits for it. " +
			"Images: four of 50 MB from a registry in this machine's memory, so without a network's latency and limits.",
	}
	rows := []struct{ name, without, with string }{
		{"health check every second", "slow health", "fast health"},
		{"Traefik asks the swarm every second, not every 15", "refresh-15s", "refresh-1s"},
		{"removal by the engine where nothing is kept", "undeploy", "wipe"},
		{"images pulled all at once, not one after another", "one-by-one", "together"},
		{"browser started while the app starts", "browser", ""},
	}
	for _, row := range rows {
		with, saved := "0 s of its own", values[row.without].median()
		if row.with != "" {
			with, saved = values[row.with].spread(seconds), saved-values[row.with].median()
		}
		t.row(row.name, values[row.without].spread(seconds), with, seconds(saved))
	}
	return t
}

func (r *Runner) changeRound(ctx context.Context, plan, slow string, values map[string]series) error {
	m, err := r.run(ctx, plan, nil)
	if err != nil {
		return err
	}
	var removals []float64
	for _, s := range m.Stages {
		if s.Name == "remove" {
			removals = append(removals, s.Took.Seconds())
		}
	}
	if len(removals) != 2 {
		return fmt.Errorf("expected two removals in the demo's run, found %d", len(removals))
	}
	before, err := r.run(ctx, plan, []string{"CC_CI_SITE=" + slow}, "--stage", "install")
	if err != nil {
		return err
	}
	refresh, err := r.script(ctx, "refresh.sh")
	if err != nil {
		return err
	}
	add(values, refresh)
	pulls, err := r.script(ctx, "pull.sh")
	if err != nil {
		return err
	}
	add(values, pulls)
	add(values, map[string]float64{
		"wipe": removals[0], "undeploy": removals[1],
		"fast health": untilReady(m), "slow health": untilReady(before),
	})
	return nil
}
