package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"coopcloud.tech/cc-ci/internal/janitor"
	"coopcloud.tech/cc-ci/internal/keep"
	"coopcloud.tech/cc-ci/internal/lock"
	"coopcloud.tech/cc-ci/internal/sandbox"
	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/stage"
	"coopcloud.tech/cc-ci/internal/supervise"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// keep leaves the app to a keeper where the run was asked for that, was not interrupted and
// has something deployed. It tells whether there is nothing left for teardown to do.
func (s *session) keep(ctx context.Context) bool {
	if s.cfg.Keep == 0 || ctx.Err() != nil || s.app == nil || s.app.Secrets == nil {
		return false
	}
	return s.do(ctx, "keep", func(ctx context.Context, _ *stage.Record) error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if err := s.closeBrowser(); err != nil {
			return err
		}
		services, err := s.engine.Services(ctx, s.app.Names.Stack)
		if err != nil {
			return err
		}
		if len(services) == 0 {
			return errors.New("nothing is deployed that could be kept")
		}
		return s.handOver(ctx)
	})
}

// handOver starts the keeper and gives it the locks of the run's folder and of its domain.
func (s *session) handOver(ctx context.Context) error {
	id := s.res.ID
	kept := keep.App{Run: id, Recipe: s.res.Recipe, Domain: s.app.Names.Domain, Stack: s.app.Names.Stack, Until: time.Now().Add(s.cfg.Keep)}
	for _, d := range s.needs {
		kept.Beside = append(kept.Beside, d.app.Names.Stack)
	}
	if err := kept.Write(s.dir); err != nil {
		return err
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	err = keep.Hand(s.held, func(env string) error {
		return supervise.Detect().Start(ctx, supervise.Spec{
			Name: "cc-ci-keep-" + id, Argv: []string{exe, "keeper", id, "--site", s.cfg.SiteFile},
			Env: []string{env, "PATH=" + os.Getenv("PATH")},
			Dir: s.dir, Log: filepath.Join(s.dir, "log", "keep"),
			Ready: 30 * time.Second, Limit: s.cfg.Keep + time.Minute, Grace: teardownLimit,
		})
	})
	if err != nil {
		return fmt.Errorf("keep the app: %w", err)
	}
	s.held = nil
	s.notice("the app is kept until %s, and then removed: `cc-ci shell %s`; https://%s", kept.Until.Local().Format("15:04 MST"), id, kept.Domain)
	return nil
}

// Keeper holds the locks of a run's app until the app's time is over or ctx ends, and then
// removes everything that belongs to it. The supervised process of `cc-ci run --keep` is this.
func Keeper(ctx context.Context, st site.Site, id string) error {
	held, err := keep.Take(ctx)
	if err != nil {
		return err
	}
	defer release(held)
	dir := filepath.Join(st.State, "runs", id)
	app, err := keep.Read(dir)
	if err != nil {
		return err
	}
	if err := supervise.Ready(); err != nil {
		return err
	}
	until, stop := context.WithDeadline(ctx, app.Until)
	<-until.Done()
	stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), teardownLimit)
	defer cancel()
	engine, err := swarm.Connect(ctx, st.Docker)
	if err != nil {
		return err
	}
	defer engine.Close()
	var failed error
	for _, stack := range append([]string{app.Stack}, app.Beside...) {
		left, err := newJanitor(st, engine, lock.Folder{}).Remove(ctx, stack)
		if len(left) > 0 {
			err = errors.Join(err, fmt.Errorf("%d objects of %s are left: %v", len(left), stack, left))
		}
		failed = errors.Join(failed, err)
	}
	return errors.Join(failed, sandbox.Reap(ctx, id), janitor.Wipe(dir))
}

// KeptApps gives what is kept on this machine by runs of this site.
func KeptApps(ctx context.Context, st site.Site) ([]keep.App, error) {
	engine, err := swarm.Connect(ctx, st.Docker)
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	locks, err := lock.Open(st.Locks, engine.ID())
	if err != nil {
		return nil, err
	}
	return keep.List(filepath.Join(st.State, "runs"), locks, janitor.RunLock)
}

// release drops the locks, the last one first.
func release(held []*lock.Lock) {
	for i := len(held) - 1; i >= 0; i-- {
		held[i].Release()
	}
}
