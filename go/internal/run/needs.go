package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/abra"
	"coopcloud.tech/cc-ci/internal/app"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/sidecar"
	"coopcloud.tech/cc-ci/internal/stage"
	"coopcloud.tech/cc-ci/internal/step"
)

// need is one dependency of the app under test: an app of the run like that one, with a
// domain, a lock, secrets and an ABRA_DIR of its own, from prepare to remove.
type need struct {
	plan.Need
	app      *app.App
	tag      string // the published version; empty: the main branch
	commit   string
	version  app.Version
	override []byte
}

// claimNeeds brings the dependencies' recipes and gives each a name. The app's own comes
// after them, since its env file names them; so it is known to them by the name that it
// would have first.
func (s *session) claimNeeds(ctx context.Context) error {
	for _, n := range s.cfg.Plan.Needs {
		d := &need{Need: n}
		s.needs = append(s.needs, d)
		if err := s.claimNeed(ctx, d); err != nil {
			return stage.Dependency(n, err)
		}
	}
	return nil
}

func (s *session) claimNeed(ctx context.Context, d *need) error {
	dir := filepath.Join(s.dir, "needs", d.Name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	cli := s.abraCLI()
	cli.Dir = filepath.Join(dir, "abra")
	if err := s.fetchNeed(ctx, d, cli); err != nil {
		return err
	}
	d.app = &app.App{Run: s.res.ID, Plan: d.Plan, Site: s.cfg.Site, Abra: cli, Engine: s.engine, HTTP: s.client, Mask: s.mask, Tell: s.step}
	n := recipe.Naming{Recipe: d.Plan.Recipe, PR: s.cfg.PR, Commit: s.res.Identity.Commit, CIDomain: s.cfg.Site.Domain}
	err := s.claim(ctx, d.app, &n, func() error {
		var err error
		if d.app.Names, err = n.Make(); err != nil {
			return err
		}
		if d.version, err = d.app.Prepare(d.commit); err != nil {
			return err
		}
		n.Longest = d.version.Facts.LongestName()
		d.app.Names, err = n.Make()
		return err
	})
	if err != nil {
		return err
	}
	point.Needed.Reached()
	s.mask.Public(d.app.Names.Domain, d.app.Names.Stack, d.Plan.Recipe)
	s.res.Identity.Needs = append(s.res.Identity.Needs, result.Dependency{
		Name: d.Name, Recipe: d.Plan.Recipe, Commit: d.commit, Version: d.tag, Domain: d.app.Names.Domain,
	})
	d.app.Secrets, err = sidecar.Create(dir)
	return err
}

// fetchNeed clones the dependency's recipe and puts it on its newest published version.
func (s *session) fetchNeed(ctx context.Context, d *need, cli abra.CLI) error {
	dir := cli.RecipeDir(d.Plan.Recipe)
	s.step("clone " + d.Plan.Recipe + ", which it needs")
	if err := recipe.Clone(ctx, s.sourceOf(d.Plan), dir); err != nil {
		return err
	}
	tags, err := recipe.Tags(ctx, dir)
	if err != nil {
		return err
	}
	ref := "HEAD"
	newest, err := recipe.Newest(tags)
	switch {
	case err == nil:
		d.tag, ref = newest.Name, newest.Commit
	case !errors.Is(err, recipe.ErrNoVersion):
		return err
	default:
		s.notice("the dependency %s: %v; the main branch of %s is taken", d.Name, err, d.Plan.Recipe)
	}
	if d.commit, err = recipe.Checkout(ctx, dir, ref); err != nil {
		return err
	}
	return s.recognise(d.Plan, dir)
}

// introduce lets all apps of the run know each other, once every one has its name.
func (s *session) introduce() {
	all := s.app.Hosts()
	s.app.Given = map[string]step.Value{}
	for _, d := range s.needs {
		all = append(all, d.app.Hosts()...)
		maps.Copy(s.app.Given, d.facts())
	}
	beside := func(a *app.App) []string {
		return slices.DeleteFunc(slices.Clone(all), func(h string) bool { return slices.Contains(a.Hosts(), h) })
	}
	s.app.Beside = beside(s.app)
	for _, d := range s.needs {
		d.app.Beside = beside(d.app)
	}
}

// facts are what templates know of a dependency that has its name (plan.NeedFacts).
func (d *need) facts() map[string]step.Value {
	known := d.app.Known()
	facts := map[string]step.Value{}
	for _, fact := range plan.NeedFacts {
		facts[d.Name+"."+fact] = known[fact]
	}
	return facts
}

// inside are the values that the templates of a need know: the builtins are those of
// the app under test.
func (s *session) inside(d *need) map[string]step.Value {
	known := d.facts()
	for _, name := range plan.Builtins {
		known[name] = s.app.Known()[name]
	}
	return known
}

// judgeNeeds reads the dependencies with their final env files, lets the policy speak about
// them (P5) and makes their overrides.
func (s *session) judgeNeeds(ctx context.Context) error {
	for _, d := range s.needs {
		if err := s.judgeNeed(d); err != nil {
			return stage.Dependency(d.Need, err)
		}
	}
	return nil
}

func (s *session) judgeNeed(d *need) error {
	vars := step.NewVars(s.inside(d), nil)
	d.app.Env = map[string]string{}
	var err error
	for key, template := range d.Env {
		if d.app.Env[key], err = vars.Expand(template); err != nil {
			return fmt.Errorf("needs.%s.env.%s: %w", d.Name, key, err)
		}
	}
	if d.version, err = d.app.Prepare(d.commit); err != nil {
		return err
	}
	if _, err = d.app.Judge(d.version); err != nil {
		return err
	}
	var shown []string
	d.override, shown, err = recipe.Override(d.version.Facts, s.overlay(d.Plan))
	for _, line := range shown {
		s.res.Identity.Overrides = append(s.res.Identity.Overrides, d.Name+": "+line)
	}
	return err
}

// startNeeds deploys the dependencies and does their setup, before anything of the app
// under test. It tells whether the run can go on.
func (s *session) startNeeds(ctx context.Context) bool {
	if len(s.needs) == 0 {
		return true
	}
	ok := s.do(ctx, "needs", func(ctx context.Context, rec *stage.Record) error {
		for _, d := range s.needs {
			s.working = d.app
			deps := s.deps()
			deps.Plan, deps.App, deps.Version, deps.Override, deps.Edges = d.Plan, d.app, d.version, d.override, nil
			saved, err := stage.Need(ctx, deps, rec, d.Need, s.inside(d), s.cfg.Plan.Sealed(d.Need))
			if err != nil {
				return err
			}
			for name, v := range saved {
				s.app.Given[d.Name+"."+name] = v
			}
		}
		s.working = s.app
		return s.anew(ctx)
	})
	s.working = s.app
	return ok
}

// anew reads the recipe once more where its env file names what a setup saved: what is
// judged is what will be deployed.
func (s *session) anew(ctx context.Context) error {
	named := func(template string) bool {
		return slices.ContainsFunc(plan.Names(template), func(name string) bool {
			_, fact, ofNeed := strings.Cut(name, ".")
			return ofNeed && !slices.Contains(plan.NeedFacts, fact)
		})
	}
	if !slices.ContainsFunc(slices.Collect(maps.Values(s.cfg.Plan.Env)), named) {
		return nil
	}
	var err error
	if s.version, err = s.app.Prepare(s.res.Identity.Commit); err != nil {
		return err
	}
	if err := s.lookBack(ctx); err != nil {
		return err
	}
	s.res.Findings, s.res.Updates = nil, nil
	return s.judge(ctx)
}
