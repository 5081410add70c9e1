package run

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/stage"
)

// wants tells whether a stage was asked for, by its name or because one that was asked for needs
// its deployment.
func (c Config) wants(name string) bool {
	if name == "install" && (slices.Contains(c.Stages, "backup") || slices.Contains(c.Stages, "local")) {
		return true
	}
	return len(c.Stages) == 0 || slices.Contains(c.Stages, name)
}

// lookBack reads every published version from which an upgrade is asked for (S2), and
// the commit under test over each. The clone stands on the commit again afterwards.
func (s *session) lookBack(ctx context.Context) error {
	s.edges = nil
	if !s.cfg.wants("upgrade") || s.cfg.Plan.Upgrade.NotApplicable != "" {
		return nil
	}
	dir := s.app.Abra.RecipeDir(s.cfg.Plan.Recipe)
	tags, err := recipe.Tags(ctx, dir)
	if err != nil {
		return err
	}
	at := recipe.At{Commit: s.res.Identity.Commit, Label: s.version.Facts.Version}
	own, published, err := recipe.Published(ctx, dir, tags, at)
	if err != nil {
		return err
	}
	for _, from := range s.cfg.Plan.Upgrade.From {
		beside := published && from == "previous"
		tag, err := recipe.From(tags, at, from)
		if errors.Is(err, recipe.ErrNoVersion) && beside { // own is the one that was asked for; start tries it once
			tag, err = own, nil
		}
		if errors.Is(err, recipe.ErrNoVersion) {
			s.edges = append(s.edges, stage.Edge{From: from, Gap: err})
			continue
		}
		if err == nil {
			err = s.start(ctx, stage.Edge{From: from}, tag)
		}
		if err == nil && beside {
			err = s.start(ctx, stage.Edge{From: own.Name, Beside: true}, own)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// start adds the edge from a tag. One that starts there already is tried once, and counts as asked for if either was.
func (s *session) start(ctx context.Context, e stage.Edge, tag recipe.Tag) error {
	if i := slices.IndexFunc(s.edges, func(e stage.Edge) bool { return e.Tag == tag.Name }); i >= 0 {
		s.edges[i].Beside = s.edges[i].Beside && e.Beside
		return nil
	}
	e, err := s.edge(ctx, e, tag)
	if err == nil {
		s.edges = append(s.edges, e)
	}
	return err
}

// edge reads one published version and the commit under test over it.
func (s *session) edge(ctx context.Context, e stage.Edge, tag recipe.Tag) (stage.Edge, error) {
	e.Tag = tag.Name
	dir, commit := s.app.Abra.RecipeDir(s.cfg.Plan.Recipe), s.res.Identity.Commit
	_, err := recipe.Checkout(ctx, dir, tag.Commit)
	if err == nil {
		e.Old, err = s.app.Prepare(tag.Commit)
	}
	if result.OutcomeOf(err) == result.Fail {
		e.Gap = fmt.Errorf("the published version %s can't be read: %w", tag.Name, err)
	} else if err != nil {
		return e, err
	}
	if _, err := recipe.Checkout(ctx, dir, commit); err != nil || e.Gap != nil {
		return e, err
	}
	e.Note = recipe.ReleaseNote(dir, s.version.Facts.Version)
	e.New, err = s.app.PrepareOver(commit, e.Old)
	return e, err
}

// longestName is that of all versions.
func (s *session) longestName() int {
	longest := s.version.Facts.LongestName()
	for _, e := range s.edges {
		if e.Gap == nil {
			longest = max(longest, e.Old.Facts.LongestName(), e.New.Facts.LongestName())
		}
	}
	return longest
}

// judgeEdges lets the policy speak about the published versions too, and about what
// their env files make of the commit under test; it makes the overrides.
func (s *session) judgeEdges() error {
	for i := range s.edges {
		e := &s.edges[i]
		if e.Gap != nil {
			continue
		}
		if _, err := s.app.Judge(e.Old); err != nil {
			e.Gap = fmt.Errorf("the published version %s is not deployed: %w", e.Tag, err)
			continue
		}
		if _, e.Refused = s.app.Judge(e.New); e.Refused != nil {
			continue
		}
		var err error
		if e.OldOverride, _, err = recipe.Override(e.Old.Facts, s.overlay(s.cfg.Plan)); err != nil {
			return err
		}
		if e.NewOverride, _, err = recipe.Override(e.New.Facts, s.overlay(s.cfg.Plan)); err != nil {
			return err
		}
	}
	return nil
}
