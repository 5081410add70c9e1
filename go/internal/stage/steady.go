package stage

import (
	"context"

	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

// use walks the flows and then looks, by App.Steady or App.Outlast, whether everything is still up.
func use(ctx context.Context, d Deps, rec *Record, vars *step.Vars, look func(context.Context) (string, error)) error {
	if err := flows(ctx, d, rec, vars); err != nil {
		return err
	}
	if err := steady(ctx, rec, look); err != nil {
		return err
	}
	return d.lookForSecrets(ctx, rec)
}

// steady looks whether everything is still up. What crashed once and stays up since is a finding.
func steady(ctx context.Context, rec *Record, look func(context.Context) (string, error)) error {
	return timed(rec, "steady", "all services stay up", func() error {
		told, err := look(ctx)
		if told != "" {
			rec.Findings = append(rec.Findings, result.Finding{ID: "crashed-once", Severity: finding.Warn, Place: "the app", Text: told})
		}
		return err
	})
}

// Last ends the last stage on a deployment of the commit under test, which is about to be removed:
// services that crashed after an earlier stage had looked, or do so only after some seconds, are
// found here.
func Last(ctx context.Context, d Deps, rec *Record) error { return steady(ctx, rec, d.App.Outlast) }
