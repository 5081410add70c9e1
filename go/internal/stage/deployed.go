package stage

import "context"

// deployed makes sure that the commit under test is deployed: it is where install ran
// before in the same run.
func (d Deps) deployed(ctx context.Context, rec *Record) error {
	services, err := d.App.Engine.Services(ctx, d.App.Names.Stack)
	if err != nil || len(services) > 0 {
		return err
	}
	return d.start(ctx, rec, "first")
}

// start deploys the commit under test on nothing, with the run's secrets, and waits
// until it serves.
func (d Deps) start(ctx context.Context, rec *Record, place string) error {
	if err := d.App.Create(ctx, d.Version, d.Override); err != nil {
		return err
	}
	if _, err := d.App.EnsureSecrets(ctx, d.Version); err != nil {
		return err
	}
	if err := deploy(ctx, d, rec, place, "abra app deploy, all services as asked for", d.Version); err != nil {
		return err
	}
	return d.setUp(ctx, rec)
}
