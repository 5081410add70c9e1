package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"coopcloud.tech/cc-ci/internal/app"
	"coopcloud.tech/cc-ci/internal/lint"
	"coopcloud.tech/cc-ci/internal/lock"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/sidecar"
	"coopcloud.tech/cc-ci/internal/stage"
)

// prepare does what can be done while nothing is deployed: locks, janitor, the
// recipe at the wanted commit, names, policy, images. It tells whether the run can go on.
func (s *session) prepare(ctx context.Context) bool {
	return s.do(ctx, "prepare", func(ctx context.Context, rec *stage.Record) error {
		for _, step := range []func(context.Context) error{s.reap, s.abraVersion, s.checkOut, s.name, s.judge, s.judgeNeeds, s.images} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// slotLimit bounds the wait for a slot. On a server Drone's own limit on a build ends it before.
const slotLimit = 12 * time.Hour

// slot takes one of the machine's slots, which count runs because Drone frees its own before a
// cancelled run is gone (S10). It tells whether the run has one; without, prepare has failed.
func (s *session) slot(ctx context.Context) bool {
	limited, cancel := context.WithTimeout(ctx, slotLimit)
	defer cancel()
	var err error
	s.place, err = s.locks.Slot(limited, s.cfg.Site.MaxTests, func() {
		s.notice("waiting for one of %d test slots", s.cfg.Site.MaxTests)
	})
	if err != nil {
		return s.do(ctx, "prepare", func(context.Context, *stage.Record) error { return err })
	}
	point.Slot.Reached()
	return true
}

// reap is the janitor's pass at the start of every run (S9).
func (s *session) reap(ctx context.Context) error {
	s.step("janitor")
	r, err := reap(ctx, s.cfg.Site, s.engine, s.locks)
	if err != nil {
		return err
	}
	if len(r.Reaped) > 0 {
		s.notice("removed what dead runs left: %v", r.Reaped)
	}
	if len(r.Left) > 0 {
		s.notice("dead runs left what could not be removed: %v", r.Left)
	}
	point.Reaped.Reached()
	return nil
}

func (s *session) abraVersion(ctx context.Context) error {
	v, err := s.abraCLI().Version(ctx)
	if err != nil {
		return fmt.Errorf("%w; the site names %q", err, s.cfg.Site.Abra)
	}
	s.res.Identity.Abra = v
	return nil
}

// checkOut clones the recipe and puts it on the commit under test.
func (s *session) checkOut(ctx context.Context) error {
	p := s.cfg.Plan
	if p.TLS == "app" {
		s.notice("tls: it ends in the app; the name and dates of its certificate are checked, its issuer is not")
	}
	source, ref := s.sourceOf(p), cmp.Or(s.cfg.Ref, "HEAD")
	dir := s.abraCLI().RecipeDir(p.Recipe)
	s.step("clone " + p.Recipe)
	if err := recipe.Clone(ctx, source, dir); err != nil {
		return s.orStandIn(err)
	}
	commit, err := recipe.Checkout(ctx, dir, ref)
	if err != nil {
		return err
	}
	point.Cloned.Reached()
	s.res.Identity.Commit = commit
	if err := s.recognise(p, dir); err != nil {
		return err
	}
	s.res.Identity.NarHash, err = recipe.NarHash(ctx, dir)
	return err
}

// name gives the run's apps their domains and takes the locks for them.
func (s *session) name(ctx context.Context) error {
	s.app = &app.App{Run: s.res.ID, Plan: s.cfg.Plan, Site: s.cfg.Site, Abra: s.abraCLI(), Engine: s.engine, HTTP: s.client, Mask: s.mask, Tell: s.step}
	s.working = s.app
	if err := s.claimNeeds(ctx); err != nil {
		return err
	}
	n := recipe.Naming{Recipe: s.cfg.Plan.Recipe, PR: s.cfg.PR, Commit: s.res.Identity.Commit, CIDomain: s.cfg.Site.Domain}
	if err := s.claim(ctx, s.app, &n, func() error { return s.fit(ctx, &n) }); err != nil {
		return err
	}
	point.Named.Reached()
	s.res.Domain = s.app.Names.Domain
	s.mask.Public(s.app.Names.Domain, s.app.Names.Stack, s.cfg.Plan.Recipe)
	s.introduce()
	var err error
	s.app.Secrets, err = sidecar.Create(s.dir)
	point.Sidecar.Reached()
	return err
}

// claim takes the lock for an app's stack, once fit has given it its names. A second run
// of the same domain takes a name of its own (S7).
func (s *session) claim(ctx context.Context, a *app.App, n *recipe.Naming, fit func() error) error {
	for n.Again = 1; n.Again < 100; n.Again++ {
		if err := fit(); err != nil {
			return err
		}
		held, err := s.take(ctx, a.Names.Stack)
		if errors.Is(err, lock.ErrHeld) {
			continue
		}
		if err != nil {
			return err
		}
		s.held = append(s.held, held)
		if n.Again > 1 {
			s.notice("another app that is alive has this name, or one that ends alike: this one is named %s", a.Names.Domain)
		}
		if a.Names.Shortened {
			s.notice("the recipe's part of the name is shortened: %s", a.Names.Domain)
		}
		return nil
	}
	return fmt.Errorf("100 runs of %s are alive: %w", a.Names.Domain, lock.ErrHeld)
}

// namingLimit bounds the wait for another run that takes its name, which is done in milliseconds.
const namingLimit = time.Minute

// take takes the lock for a stack's name. lock.ErrHeld means that a name is in use with which it must not be
// at one time. Runs do so one after the other, or two would each see the other's.
func (s *session) take(ctx context.Context, stack string) (*lock.Lock, error) {
	ctx, cancel := context.WithTimeout(ctx, namingLimit)
	defer cancel()
	alone, err := s.locks.Wait(ctx, "naming", nil)
	if err != nil {
		return nil, fmt.Errorf("take the name %s: %v", stack, err) // not ErrHeld: another name would not help
	}
	defer alone.Release()
	names, err := s.locks.Names()
	if err != nil {
		return nil, err
	}
	for _, other := range names {
		if other != stack && recipe.IsRunStack(other, s.cfg.Site.Domain) && recipe.Clash(other, stack) && s.locks.Held(other) {
			return nil, fmt.Errorf("%s: %w", other, lock.ErrHeld)
		}
	}
	return s.locks.Take(stack)
}

// fit makes the names: the room for the domain depends on the longest secret and
// config of all versions, which are read under any name.
func (s *session) fit(ctx context.Context, n *recipe.Naming) error {
	var err error
	for range 2 {
		if s.app.Names, err = n.Make(); err != nil {
			return result.Fault(err)
		}
		s.introduce()
		if s.version, err = s.app.Prepare(s.res.Identity.Commit); err != nil {
			return err
		}
		if err := s.lookBack(ctx); err != nil {
			return err
		}
		if n.Longest == s.longestName() {
			return nil
		}
		n.Longest = s.longestName()
	}
	return nil
}

// judge lets the policy speak before any container starts (P5), and makes the override.
func (s *session) judge(ctx context.Context) error {
	s.step("policy")
	s.res.Identity.Version = s.version.Facts.Version
	found, err := s.app.Judge(s.version)
	s.res.Findings = append(s.res.Findings, found...)
	if err != nil {
		return err
	}
	if err := s.findRouter(ctx); err != nil {
		return err
	}
	if s.override, s.res.Identity.Overrides, err = recipe.Override(s.version.Facts, s.overlay(s.cfg.Plan)); err != nil {
		return err
	}
	if err := s.judgeEdges(); err != nil {
		return err
	}
	return s.lint(ctx)
}

// lint adds what maintainers and operators should know of the recipe.
func (s *session) lint(ctx context.Context) error {
	in := lint.Input{Facts: s.version.Facts, Commit: s.res.Identity.Commit, NoBackup: s.cfg.Plan.Backup.NotApplicable}
	for _, e := range s.edges {
		if e.Gap != nil || e.Old.Facts.Config == nil {
			continue
		}
		u := lint.Update{From: e.Tag, Old: e.Old.Facts, New: e.New.Facts, Note: e.Note}
		in.Updates = append(in.Updates, u)
		if e.New.Facts.Config != nil { // else it is refused, and why is most often what operators lack
			changes := lint.Diff(u)
			s.res.Updates = append(s.res.Updates, result.Update{From: e.Tag, Changes: changes, Note: e.Note, Draft: lint.Draft(u, changes)})
		}
	}
	var err error
	if in.Tags, err = recipe.Tags(ctx, s.app.Abra.RecipeDir(s.cfg.Plan.Recipe)); err != nil {
		return err
	}
	s.res.Findings = append(s.res.Findings, lint.Check(in, s.cfg.Plan.Exceptions)...)
	return nil
}

// overlay is what the override file of one of the run's apps is made from.
func (s *session) overlay(p *plan.Plan) recipe.Overlay {
	return recipe.Overlay{Recipe: p.Recipe, Run: s.res.ID, Site: s.cfg.Site.Overrides, Limits: s.cfg.Site.Limits, Hosts: s.hosts}
}

// findRouter learns where containers reach the run's hosts, where the site says that no
// DNS has them. The address is read anew for each run: a router that was restarted has another.
func (s *session) findRouter(ctx context.Context) error {
	for _, m := range s.cfg.Site.Overrides {
		if m.RouterService == "" {
			continue
		}
		address, err := s.engine.Address(ctx, m.RouterService, s.cfg.Site.Network)
		if err != nil {
			return fmt.Errorf("site override %s: %w", m.Name, err)
		}
		s.hosts = recipe.AppHosts{Names: s.app.Reach(), Address: address, Network: s.cfg.Site.Network, CA: s.cfg.Site.CA}
	}
	return nil
}
