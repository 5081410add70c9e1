package run

import (
	"context"
	"errors"
	"slices"
	"time"

	"coopcloud.tech/cc-ci/internal/janitor"
	"coopcloud.tech/cc-ci/internal/stage"
)

// teardownLimit bounds the removal of one app, whatever ended the run before.
const teardownLimit = 5 * time.Minute

// teardown removes everything, always: on success, failure, time-out and signals (S8).
func (s *session) teardown(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), teardownLimit)
	defer cancel()
	s.do(ctx, "remove", func(ctx context.Context, _ *stage.Record) error {
		failed := s.closeBrowser()
		if s.app != nil && s.app.Secrets != nil {
			failed = errors.Join(failed, s.remove(ctx, s.app.Remove), s.forget(ctx), s.app.Secrets.Remove())
		}
		return errors.Join(failed, janitor.Wipe(s.dir))
	})
}

// undeploy removes the app between two deployments of one run. The browser and the
// sidecar stay: the next deployment has the same name and the same secrets (P3).
func (s *session) undeploy(ctx context.Context) bool {
	ctx, cancel := context.WithTimeoutCause(ctx, teardownLimit, errors.New("the removal's limit is over"))
	defer cancel()
	return s.do(ctx, "remove", func(ctx context.Context, _ *stage.Record) error { return s.remove(ctx, s.app.Wipe) })
}

// remove takes the app away; what is left of it is the run's residue until a later
// removal finds it gone.
func (s *session) remove(ctx context.Context, take func(context.Context) ([]string, error)) error {
	left, err := take(ctx)
	s.res.Residue = left
	return err
}

// forget takes the run's snapshots out of the backup repository.
func (s *session) forget(ctx context.Context) error {
	left, err := s.app.ForgetSnapshots(ctx)
	s.res.Residue = append(s.res.Residue, left...)
	return err
}

// upgrades tells whether any edge will be deployed.
func (s *session) upgrades() bool {
	return slices.ContainsFunc(s.edges, func(e stage.Edge) bool { return e.Gap == nil && e.Refused == nil })
}
