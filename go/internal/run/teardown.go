package run

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"coopcloud.tech/cc-ci/internal/app"
	"coopcloud.tech/cc-ci/internal/janitor"
	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/stage"
)

// teardownLimit bounds the removal of one app, whatever ended the run before.
const teardownLimit = 5 * time.Minute

// teardown removes everything, always: on success, failure, time-out and signals (S8).
// But for an app that is to be kept.
func (s *session) teardown(ctx context.Context) {
	if s.keep(ctx) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), teardownLimit)
	defer cancel()
	s.do(ctx, "remove", func(ctx context.Context, _ *stage.Record) error {
		failed := s.closeBrowser()
		point.BrowserClosed.Reached()
		failed = errors.Join(failed, s.clear(ctx))
		point.AppRemoved.Reached()
		for _, a := range s.apps() {
			failed = errors.Join(failed, a.Secrets.Remove())
		}
		point.SidecarGone.Reached()
		failed = errors.Join(failed, janitor.Wipe(s.dir))
		point.FolderWiped.Reached()
		return failed
	})
}

// undeploy removes the app between two deployments of one run. The browser and the
// sidecar stay: the next deployment has the same name and the same secrets (P3).
func (s *session) undeploy(ctx context.Context) bool {
	ctx, cancel := context.WithTimeoutCause(ctx, teardownLimit, errors.New("the removal's limit is over"))
	defer cancel()
	return s.do(ctx, "remove", func(ctx context.Context, _ *stage.Record) error {
		left, err := s.app.Wipe(ctx)
		s.res.Residue = left // until a later removal finds it gone
		point.Cleared.Reached()
		return err
	})
}

// apps are those of the run that may have something in the engine: the one under test, and
// those that it needs.
func (s *session) apps() []*app.App {
	var all []*app.App
	for _, d := range s.needs {
		all = append(all, d.app)
	}
	return slices.DeleteFunc(append(all, s.app), func(a *app.App) bool { return a == nil || a.Secrets == nil })
}

// clear takes away all apps of the run at a time, once the engine is there to do so. What is left of them is the run's residue.
func (s *session) clear(ctx context.Context) error {
	apps := s.apps()
	if len(apps) == 0 {
		return nil
	}
	back := s.engine.Return(ctx)
	left, failed := make([][]string, len(apps)), make([]error, len(apps))
	var clearing sync.WaitGroup
	for i, a := range apps {
		clearing.Go(func() { left[i], failed[i] = clearOne(ctx, a) })
	}
	clearing.Wait()
	for i, a := range apps {
		if d := s.needOf(a); d != nil {
			failed[i] = stage.Dependency(d.Need, failed[i])
		}
	}
	s.res.Residue = slices.Concat(left...)
	return errors.Join(append(failed, back)...)
}

// clearOne takes one app away and, while its containers stop, its snapshots.
func clearOne(ctx context.Context, a *app.App) ([]string, error) {
	var saved []string
	var kept error
	var forgetting sync.WaitGroup
	forgetting.Go(func() {
		saved, kept = a.ForgetSnapshots(ctx)
		point.Forgotten.Reached()
	})
	left, err := a.Remove(ctx)
	forgetting.Wait()
	return append(left, saved...), errors.Join(err, kept)
}

// needOf gives the dependency that the app is, nil for the one under test.
func (s *session) needOf(a *app.App) *need {
	for _, d := range s.needs {
		if d.app == a {
			return d
		}
	}
	return nil
}

// upgrades tells whether any edge will be deployed.
func (s *session) upgrades() bool {
	return slices.ContainsFunc(s.edges, func(e stage.Edge) bool { return e.Gap == nil && e.Refused == nil })
}
