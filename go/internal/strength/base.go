package strength

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/ownrepo"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

// Base is a recipe that is ready to be broken: a clone at the commit under test, and
// what its green run showed.
type Base struct {
	Subject
	Limits Limits
	Stages []result.Stage // of the green run

	repo  string
	files []string // active compose files
	facts *recipe.Facts
	image string
	stood string // what stood in the recipe's place, as the green run says it
}

// ErrNotGreen means that the unbroken recipe's own run was not green: what a broken
// copy shows then says nothing.
var ErrNotGreen = errors.New("the recipe is not green as it stands")

// Green runs the unbroken recipe with the stages that the mutations need, and takes
// from its times how long a broken copy is waited for.
func (s Subject) Green(ctx context.Context, stages []string) (*Base, error) {
	b, err := s.Open(ctx)
	if err != nil {
		return nil, err
	}
	planFile, siteFile, err := b.lay(filepath.Join(s.Dir, "green"), &Copy{Plan: s.Plan, dir: b.repo})
	if err != nil {
		return nil, err
	}
	res, err := s.Run(ctx, Call{Plan: planFile, Site: siteFile, Stages: stages})
	if err != nil {
		return nil, err
	}
	if res.Outcome != result.Pass {
		return nil, fmt.Errorf("%w: %s: %s", ErrNotGreen, res.Outcome, res.Reason)
	}
	b.Stages, b.Limits, b.stood = res.Stages, limitsOf(res.Stages), res.Identity.StandIn
	return b, nil
}

// limitsOf gives a broken copy more time than the green run took: an engine needs some to say what it sees.
func limitsOf(stages []result.Stage) Limits {
	var deploy, ready time.Duration
	for _, st := range stages {
		for _, s := range st.Steps {
			switch {
			case strings.HasSuffix(s.Place, "deploy"):
				deploy = max(deploy, s.Took)
			case strings.HasSuffix(s.Place, "ready"):
				ready = max(ready, s.Took)
			}
		}
	}
	return Limits{Deploy: plan.Duration(3*deploy + 30*time.Second), Ready: plan.Duration(2*ready + 8*time.Second), Step: plan.Duration(20 * time.Second)}
}

// Open clones the recipe and reads it. Limits and Stages stay empty: Green fills them.
func (s Subject) Open(ctx context.Context) (*Base, error) {
	b := &Base{Subject: s, repo: filepath.Join(s.Dir, "recipe")}
	if err := recipe.Clone(ctx, b.source(), b.repo); err != nil {
		return nil, err
	}
	if _, err := recipe.Checkout(ctx, b.repo, cmp.Or(s.Ref, "HEAD")); err != nil {
		return nil, err
	}
	// Clones of this clone take its main for the commit under test.
	if _, err := ownrepo.Git(ctx, b.repo, "checkout", "--quiet", "-B", "main"); err != nil {
		return nil, err
	}
	return b, b.read()
}

// source is where the recipe is cloned from, as a run would.
func (b *Base) source() string {
	if other, ok := b.sources()[b.Plan.Recipe]; ok {
		return other
	}
	return b.Plan.Source
}

// sources are what the site has in the place of recipes' own repositories, with its stand-ins where they were
// asked for: of the apps that the recipe needs as well.
func (b *Base) sources() map[string]string {
	all := map[string]string{}
	maps.Copy(all, b.Site.Sources)
	if b.StandIn {
		maps.Copy(all, b.Site.StandIns)
	}
	return all
}

// read loads the recipe's facts under a name of nobody's.
func (b *Base) read() error {
	text, err := os.ReadFile(filepath.Join(b.repo, ".env.sample"))
	if err != nil {
		return fmt.Errorf("%s: %w", b.Plan.Recipe, err)
	}
	sample, err := recipe.ParseEnv(".env.sample", string(text))
	if err != nil {
		return err
	}
	env := sample.Map()
	maps.Copy(env, b.Plan.Env)
	env["DOMAIN"] = "mutant.example"
	if b.files = b.Plan.Compose; len(b.files) == 0 {
		b.files = sample.ComposeFiles()
	}
	if b.facts, err = recipe.Load(b.repo, env, b.files); err != nil {
		return err
	}
	if len(b.facts.Problems) > 0 || len(b.facts.Services) == 0 {
		return fmt.Errorf("%s: expected compose files that load, found %v", b.Plan.Recipe, b.facts.Problems)
	}
	b.image = slices.Min(recipe.Overlay{Recipe: b.Plan.Recipe, Site: b.Site.Overrides}.Images(b.facts))
	return nil
}

// clone makes a copy with a plan and a repository of its own.
func (b *Base) clone(ctx context.Context, m Mutation) (*Copy, error) {
	c, err := b.copy(m)
	if err != nil {
		return nil, err
	}
	if err := recipe.Clone(ctx, "file://"+b.repo, c.dir); err != nil {
		return nil, err
	}
	c.tree, err = readTree(c.dir, b.files)
	return c, err
}

// copy makes a copy without its checkout.
func (b *Base) copy(m Mutation) (*Copy, error) {
	c := &Copy{Facts: b.facts, Want: m.Want, Image: b.image, limits: b.Limits, dir: filepath.Join(b.Dir, m.ID, "recipe"), Plan: new(plan.Plan)}
	raw, err := json.Marshal(b.Plan)
	if err != nil {
		return nil, err
	}
	return c, json.Unmarshal(raw, c.Plan)
}
