package converge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"coopcloud.tech/cc-ci/internal/swarm"
)

// deploy puts the app on the swarm and waits until it is what was asked for.
func (v *service) deploy(ctx context.Context, w wanted, why string) error {
	if err := v.register(ctx, w); err != nil {
		return err
	}
	if err := v.insert(ctx, w); err != nil {
		return err
	}
	if err := v.settle(ctx, w.stack); err != nil {
		return err
	}
	since := time.Now().Add(-time.Second)
	if err := v.cli.Deploy(ctx, v.domain); err != nil {
		return err
	}
	if err := v.engine.Converge(ctx, w.stack, since); err != nil {
		return err
	}
	if err := v.engine.Seal(ctx, w.stack); err != nil {
		return err
	}
	v.report.did("deploy %s from %s %s: %s", v.domain, v.recipe, v.from.Version, why)
	return nil
}

// register makes the app known to abra, with the env file and the override that are wanted. The apps of a
// server share one folder of abra.
func (v *service) register(ctx context.Context, w wanted) error {
	alone, err := v.locks.Wait(ctx, "abra", func() {})
	if err != nil {
		return fmt.Errorf("abra's folder: %w", err)
	}
	defer alone.Release()
	if err := v.cli.ServerAdd(ctx); err != nil {
		return err
	}
	path := v.cli.EnvFile(v.domain)
	if _, err := os.Stat(path); err != nil {
		if err := v.cli.AppNew(ctx, v.recipe, v.domain); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(v.cli.Dir, "cc-ci."+v.recipe+".yml"), []byte(w.override), 0o600); err != nil {
		return err
	}
	return os.WriteFile(path, []byte("TYPE="+v.recipe+":"+v.from.Version+"\n"+w.env), 0o600)
}

// insert gives the swarm the secrets that it lacks: those whose values are ours, then those that abra makes.
func (v *service) insert(ctx context.Context, w wanted) error {
	missing, err := v.missing(ctx, w)
	if err != nil {
		return err
	}
	generate := false
	for _, s := range missing {
		value, ok := v.given[s.Spec.Name]
		if !ok {
			generate = true
			continue
		}
		if err := v.cli.SecretInsert(ctx, v.domain, s.Spec.Name, s.Spec.Version, string(value)); err != nil {
			return err
		}
		v.report.did("insert the secret %s", s.Name)
	}
	if !generate {
		return nil
	}
	if _, err := v.cli.SecretGenerate(ctx, v.domain); err != nil {
		return err
	}
	left, err := v.missing(ctx, w)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return fmt.Errorf("secret %s: expected abra to make it, found none afterwards", left[0].Name)
	}
	v.report.did("let abra make the app's other secrets")
	return nil
}

// settle waits until nothing is left of a stack whose services were just removed: the engine
// would give the new services networks that are about to go.
// Volumes and secrets stay, and are the app's.
func (v *service) settle(ctx context.Context, stack string) error {
	services, err := v.engine.Services(ctx, stack)
	if err != nil || len(services) > 0 {
		return err
	}
	end := time.Now().Add(time.Minute)
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		all, err := v.engine.Objects(ctx)
		if err != nil {
			return err
		}
		var last swarm.Object
		for _, o := range swarm.Of(all, stack) {
			if o.Kind == "network" || o.Kind == "container" {
				last = o
				err = errors.Join(err, v.engine.Remove(ctx, o))
			}
		}
		if last.Kind == "" {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s of the removed stack is still there after a minute: %w", last, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}
