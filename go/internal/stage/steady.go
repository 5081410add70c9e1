package stage

import (
	"context"
	"maps"
	"slices"

	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

// use walks the flows and then looks, by App.Steady or App.Outlast, whether everything is still up.
func use(ctx context.Context, d Deps, rec *Record, vars *step.Vars, look func(context.Context) (string, error)) error {
	if err := flows(ctx, d, rec, vars); err != nil {
		return err
	}
	if err := d.steady(ctx, rec, look); err != nil {
		return err
	}
	return d.lookForSecrets(ctx, rec)
}

// steady looks whether everything is still up. What crashed once and stays up since is a finding, and so is
// what ended and is not started again.
func (d Deps) steady(ctx context.Context, rec *Record, look func(context.Context) (string, error)) error {
	err := timed(rec, "steady", "all services stay up", func() error {
		told, err := look(ctx)
		if told != "" {
			rec.Findings = append(rec.Findings, result.Finding{ID: "crashed-once", Severity: finding.Warn, Place: "the app", Text: told})
		}
		return err
	})
	if err != nil {
		return err
	}
	ended, err := d.App.Engine.Ended(ctx, d.App.Names.Stack)
	rec.Findings = append(rec.Findings, unsaidEnds(ended, d.before)...)
	return err
}

// unsaidEnds makes findings of the services that ended with status 0 (swarm.Engine.Ended). Whether such a service did its
// work or left it nobody can see from outside, unless the published version's was still at it: before tells of that one.
func unsaidEnds(now, before map[string]bool) []result.Finding {
	var found []result.Finding
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if !now[name] {
			continue
		}
		severity, was := finding.Info, ""
		if ended, there := before[name]; there && !ended {
			severity, was = finding.Warn, " where the published version's was still running when the new one was deployed"
		}
		found = append(found, result.Finding{ID: "service-ended", Severity: severity, Place: "service " + name,
			Text: "service " + name + " ended with status 0" + was + ", and on-failure does not start it again: it counts as done; " +
				"where it is to stay, give it a health check or leave its restart condition out, where not, say `condition: none`"})
	}
	return found
}

// Last ends the last stage on a deployment of the commit under test, which is about to be removed:
// services that crashed after an earlier stage had looked, or do so only after some seconds, are
// found here.
func Last(ctx context.Context, d Deps, rec *Record) error { return d.steady(ctx, rec, d.App.Outlast) }
