package run

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

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
		if s.app != nil && s.app.Secrets != nil {
			failed = errors.Join(failed, s.clear(ctx))
			point.AppRemoved.Reached()
			failed = errors.Join(failed, s.app.Secrets.Remove())
			point.SidecarGone.Reached()
		}
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
		err := s.remove(ctx, s.app.Wipe)
		point.Cleared.Reached()
		return err
	})
}

// remove takes the app away; what is left of it is the run's residue until a later
// removal finds it gone.
func (s *session) remove(ctx context.Context, take func(context.Context) ([]string, error)) error {
	left, err := take(ctx)
	s.res.Residue = left
	return err
}

// clear takes away the app and, while its containers stop, the run's snapshots.
func (s *session) clear(ctx context.Context) error {
	var left []string
	var kept error
	var forgetting sync.WaitGroup
	forgetting.Go(func() {
		left, kept = s.app.ForgetSnapshots(ctx)
		point.Forgotten.Reached()
	})
	err := s.remove(ctx, s.app.Remove)
	forgetting.Wait()
	s.res.Residue = append(s.res.Residue, left...)
	return errors.Join(err, kept)
}

// upgrades tells whether any edge will be deployed.
func (s *session) upgrades() bool {
	return slices.ContainsFunc(s.edges, func(e stage.Edge) bool { return e.Gap == nil && e.Refused == nil })
}
