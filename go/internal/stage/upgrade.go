package stage

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/app"
	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

// Upgrade tries every edge: the published version on nothing, state written through it,
// the commit under test deployed over it as an operator does it, and then the state is
// still there, the app healthy, the same secrets in force (S2, S11, P3).
//
// Nothing of the app may be deployed when it begins. A published version that can't be
// had, must not be deployed, or doesn't start says nothing about the commit under
// test: it is a finding, and the stage is not run (a gap), unless it was only tried beside another.
func Upgrade(ctx context.Context, d Deps, rec *Record) error {
	if why := d.Plan.Upgrade.NotApplicable; why != "" {
		return notApplicable(why)
	}
	var gaps []string
	var slowest time.Duration
	for i, e := range d.Edges {
		if e.Beside && e.Gap == nil {
			e.Gap = noRoom(ctx, slowest, len(d.Edges)-i)
		}
		if i > 0 {
			if left, err := d.App.Wipe(ctx); err != nil {
				return fmt.Errorf("between two upgrades: %w: %s", err, strings.Join(left, ", "))
			}
		}
		began := time.Now()
		err := upgrade(ctx, d, rec, e)
		slowest = max(slowest, time.Since(began))
		var g gap
		switch {
		case errors.As(err, &g):
			rec.Findings = append(rec.Findings, result.Finding{ID: "upgrade-not-tried", Severity: finding.Warn, Place: "upgrade from " + e.From, Text: err.Error()})
			if !e.Beside {
				gaps = append(gaps, err.Error())
			}
		case err != nil:
			return fmt.Errorf("upgrade %s: %w", e, err)
		}
	}
	if len(d.Edges) == 0 {
		return notRun("the plan names no version to upgrade from")
	}
	if len(gaps) > 0 {
		return notRun(strings.Join(gaps, "; "))
	}
	return nil
}

// noRoom says why an upgrade that the recipe's file did not ask for is not tried: so many, as slow as the slowest before,
// would be cut off by the run's limit, and the verdict of the others with them.
func noRoom(ctx context.Context, slowest time.Duration, edges int) error {
	end, limited := ctx.Deadline()
	left := time.Until(end)
	if !limited || left >= slowest*time.Duration(edges) {
		return nil
	}
	return fmt.Errorf("%s of limits.run are left, and an upgrade took %s here: raise it", left.Round(time.Second), slowest.Round(time.Second))
}

// gap keeps an edge from being tried; it says nothing about the commit under test.
type gap struct{ error }

func (g gap) Unwrap() error { return g.error }

// upgrade tries one edge.
func upgrade(ctx context.Context, d Deps, rec *Record, e Edge) error {
	if e.Gap != nil {
		return gap{e.Gap}
	}
	if e.Refused != nil {
		return e.Refused
	}
	vars := d.vars()
	if err := startOld(ctx, d, rec, e, vars); err != nil {
		if result.OutcomeOf(err) == result.Fail {
			return gap{fmt.Errorf("the published version %s does not start here: %w", e.Tag, err)}
		}
		return err
	}
	names := secretNames(e.Old.Facts)
	hash := d.App.Secrets.Hash(d.Run, names...)
	before, err := d.App.SecretsInForce(ctx)
	if err != nil {
		return err
	}
	if d.before, err = over(ctx, d, rec, e); err != nil {
		return err
	}
	if err := timed(rec, "secrets", "the same secrets in force as before", func() error { return sameSecrets(ctx, d, hash, names, before) }); err != nil {
		return err
	}
	d.Version, d.Override = e.New, e.NewOverride
	if err := d.verify(ctx, rec, vars); err != nil {
		return err
	}
	point.Verified.Reached()
	return use(ctx, d, rec, vars, d.App.Outlast)
}

// startOld puts the published version on nothing and writes the state through it.
func startOld(ctx context.Context, d Deps, rec *Record, e Edge, vars *step.Vars) error {
	if err := d.App.Create(ctx, e.Old, e.OldOverride); err != nil {
		return err
	}
	point.OldPlaced.Reached()
	if _, err := d.App.EnsureSecrets(ctx, e.Old); err != nil {
		return err
	}
	if err := deploy(ctx, d, rec, "old", e.Tag, e.Old); err != nil {
		return err
	}
	point.OldReady.Reached()
	d.Version, d.Override = e.Old, e.OldOverride
	if err := d.setUp(ctx, rec); err != nil {
		return err
	}
	err := d.write(ctx, rec, vars)
	point.OldWritten.Reached()
	return err
}

// over deploys the commit under test over the published version. It gives the published version's services that had ended
// by then (swarm.Engine.Ended): the later it looks, the fewer jobs are still at what they are to end with.
func over(ctx context.Context, d Deps, rec *Record, e Edge) (map[string]bool, error) {
	if err := d.App.Update(ctx, e.New, e.NewOverride); err != nil {
		return nil, err
	}
	point.NewPlaced.Reached()
	if _, err := d.App.EnsureSecrets(ctx, e.New); err != nil {
		return nil, err
	}
	before, err := d.App.Engine.Ended(ctx, d.App.Names.Stack)
	if err != nil {
		return nil, err
	}
	err = deploy(ctx, d, rec, "new", e.String(), e.New)
	point.NewReady.Reached()
	return before, err
}

// deploy deploys one version and waits until it serves.
func deploy(ctx context.Context, d Deps, rec *Record, place, what string, v app.Version) error {
	if err := timed(rec, place+".deploy", what, func() error { return d.App.Deploy(ctx, v) }); err != nil {
		return err
	}
	return timed(rec, place+".ready", "GET "+d.Plan.Ready.Path, func() error { return d.App.Ready(ctx) })
}

// sameSecrets asks the sidecar whether a value changed, and the engine what the
// services read: either alone can be fooled, by a value that was made twice or by a
// secret of another name.
func sameSecrets(ctx context.Context, d Deps, hash string, names []string, before map[string]app.SecretInForce) error {
	after, err := d.App.SecretsInForce(ctx)
	if err != nil {
		return err
	}
	if err := app.SameSecrets(before, after); err != nil {
		return err
	}
	if d.App.Secrets.Hash(d.Run, names...) != hash {
		return result.Fault(fmt.Errorf("secret regenerated at upgrade: the values of %s differ from those before", strings.Join(names, ", ")))
	}
	return nil
}

// secretNames are the names under which the sidecar keeps a version's secrets.
func secretNames(f *recipe.Facts) []string {
	var names []string
	for _, s := range f.Secrets {
		if s.External {
			names = append(names, s.Spec.Name)
		}
	}
	return names
}
