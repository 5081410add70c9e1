package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"coopcloud.tech/cc-ci/internal/event"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/stage"
	"coopcloud.tech/cc-ci/internal/step"
)

// explainLines is how many of a service's last log lines a red stage shows.
const explainLines = 40

// stages runs what was asked for, in order: install, backup and local on one
// deployment, upgrade on those of its own, with the app removed in between. After a
// stage that did not pass the others are not run.
func (s *session) stages(ctx context.Context) {
	s.startBrowser(ctx)
	ok := s.startNeeds(ctx)
	for _, name := range stage.Names {
		work, known := todo[name]
		if !known || !s.cfg.wants(name) {
			continue
		}
		if ok && name == "upgrade" && s.deployed && s.upgrades() {
			ok = s.undeploy(ctx)
		}
		if !ok {
			s.res.Stages = append(s.res.Stages, result.Stage{Name: name, Outcome: result.NotRun, Reason: "an earlier stage did not pass"})
			continue
		}
		ok = s.do(ctx, name, func(ctx context.Context, rec *stage.Record) error {
			err := work(ctx, s.deps(), rec)
			if !red(result.OutcomeOf(err)) && s.cfg.lastOn(name) {
				err = cmp.Or(stage.Last(ctx, s.deps(), rec), err)
			}
			return err
		})
		s.deployed = true
	}
}

// lastOn tells whether a stage is the last that works on the deployment of install. Each
// edge of upgrade has deployments of its own.
func (c Config) lastOn(name string) bool {
	later := stage.Names[slices.Index(stage.Names, name)+1:]
	return name != "upgrade" && !slices.ContainsFunc(later, func(n string) bool { return n != "upgrade" && c.wants(n) })
}

// red tells whether a stage's outcome keeps the others from being run.
func red(o result.Outcome) bool { return o == result.Fail || o == result.Error }

// todo is how each stage is done.
var todo = map[string]func(context.Context, stage.Deps, *stage.Record) error{
	"install": stage.Install,
	"backup":  stage.Backup,
	"local":   stage.Local,
	"upgrade": stage.Upgrade,
}

func (s *session) deps() stage.Deps {
	return stage.Deps{Run: s.res.ID, Plan: s.cfg.Plan, App: s.app, Version: s.version, Override: s.override, Edges: s.edges, Browser: s.browser.wait,
		Dir: s.dir, Tell: s.step, Log: s.log}
}

// do runs one stage, records it and tells whether the run may go on. What the swarm says of
// the app is read at once where it didn't: teardown takes it away.
func (s *session) do(ctx context.Context, name string, work func(context.Context, *stage.Record) error) bool {
	s.stage = name
	st := result.Stage{Name: name, Started: time.Now().UTC()}
	s.tell(event.StageStart, "")
	var rec stage.Record
	err := work(ctx, &rec)
	if cause := context.Cause(ctx); err != nil && cause != nil && errors.Is(err, context.Canceled) {
		err = cause
	}
	err = s.blame(ctx, st.Started, err)
	if (errors.Is(err, step.ErrPlan) || errors.Is(err, recipe.ErrNoCommit)) && s.misused == nil {
		s.misused = fmt.Errorf("%w: %w", ErrUsage, err)
	}
	st.Outcome = result.OutcomeOf(err)
	if err != nil {
		st.Reason = err.Error()
	}
	bad := red(st.Outcome)
	if (bad || st.Outcome == result.NotRun) && s.app != nil && s.working.Names.Stack != "" {
		st.Services = s.engine.Explain(context.WithoutCancel(ctx), s.working.Names.Stack, explainLines)
	}
	st.Steps, st.Evidence = rec.Steps, rec.Evidence
	for _, f := range rec.Findings { // two stages may find the same
		if !slices.Contains(s.res.Findings, f) {
			s.res.Findings = append(s.res.Findings, f)
		}
	}
	if s.app != nil && s.app.Secrets != nil {
		st.Secrets = s.app.Secrets.Hash(s.res.ID)
	}
	st.Retries = s.retries()
	st.Took = time.Since(st.Started)
	s.res.Stages = append(s.res.Stages, st)
	s.printer.Event(event.Event{Time: time.Now(), Kind: event.StageEnd, Stage: name, Outcome: string(st.Outcome), Took: st.Took, Text: st.Reason})
	s.stage = ""
	return !bad
}

// blame keeps a stage from telling on the recipe what an engine that went away in the middle of it has done.
func (s *session) blame(ctx context.Context, started time.Time, err error) error {
	if o := result.OutcomeOf(err); o != result.Fail && o != result.NotRun || s.present == nil {
		return err
	}
	away := s.present.Since(context.WithoutCancel(ctx), started)
	if away == nil {
		return err
	}
	return fmt.Errorf("%w; what this stage saw says nothing about the recipe: %v", away, err) //nolint:errorlint // whose fault it seemed is to be forgotten
}
