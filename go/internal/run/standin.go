package run

import (
	"errors"
	"fmt"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
)

// sourceOf is where a recipe is cloned from: what was asked for, else the site's stand-in where one was
// asked for, else what the site has in its place, else the plan's own source.
func (s *session) sourceOf(p *plan.Plan) string {
	if p == s.cfg.Plan && s.cfg.Source != "" {
		return s.cfg.Source
	}
	if standIn := s.cfg.Site.StandIns[p.Recipe]; s.cfg.StandIn && standIn != "" {
		return standIn
	}
	if other, ok := s.cfg.Site.Sources[p.Recipe]; ok {
		s.notice("source: the site replaces %s", p.Source)
		return other
	}
	return p.Source
}

// recognise reads from the checkout whether it is a stand-in. It says so itself, so that its result
// does, however it got here.
func (s *session) recognise(p *plan.Plan, dir string) error {
	says, err := recipe.StandIn(dir)
	if err != nil {
		return err
	}
	if says == "" && s.cfg.StandIn && s.cfg.Source == "" && p == s.cfg.Plan {
		return fmt.Errorf("the site's stand-in for %s: expected a file %s that says what it is, found none", p.Recipe, recipe.StandInFile)
	}
	if says == "" {
		return nil
	}
	if s.res.Identity.StandIn != "" {
		s.res.Identity.StandIn += "; "
	}
	s.res.Identity.StandIn += p.Recipe + ": " + says
	s.notice("STAND-IN of %s: %s", p.Recipe, says)
	return nil
}

// orStandIn tells of the stand-in to whoever can't have the real recipe or its images here.
func (s *session) orStandIn(err error) error {
	if err == nil || s.cfg.StandIn || s.cfg.Site.StandIns[s.cfg.Plan.Recipe] == "" {
		return err
	}
	return errors.Join(err, fmt.Errorf("this machine has a stand-in for %s: run it with --stand-in", s.cfg.Plan.Recipe))
}
