package run

import (
	"context"
	"errors"
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
			left, err := s.app.Remove(ctx)
			s.res.Residue = append(s.res.Residue, left...)
			failed = errors.Join(failed, err, s.app.Secrets.Remove())
		}
		return errors.Join(failed, janitor.Wipe(s.dir))
	})
}
