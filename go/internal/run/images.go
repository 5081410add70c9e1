package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/stage"
)

// pulled is what came of one image.
type pulled struct {
	ref, id string
	err     error
}

// images makes sure that every image of every version is on the engine, all at once:
// what swarm pulls by itself counts against the app's time (contract section 7). One
// that only a published version needs keeps just the upgrade from it from being tried.
func (s *session) images(ctx context.Context) error {
	s.step("images")
	limit := time.Duration(s.cfg.Plan.Limits.Pull)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("pulling images took longer than %s", limit))
	defer cancel()
	failed := s.pull(ctx, s.allImages())
	if err := missing(failed, s.overlay(s.cfg.Plan).Images(s.version.Facts), s.version.Facts.Images()); err != nil {
		return s.orStandIn(err)
	}
	for _, d := range s.needs {
		if err := missing(failed, s.overlay(d.Plan).Images(d.version.Facts), nil); err != nil {
			return stage.Dependency(d.Need, err)
		}
	}
	for i := range s.edges {
		e := &s.edges[i]
		if e.Gap != nil || e.Old.Facts == nil {
			continue
		}
		for _, ref := range s.overlay(s.cfg.Plan).Images(e.Old.Facts) {
			if err := failed[ref]; err != nil {
				e.Gap = fmt.Errorf("the published version %s does not start here: %w", e.Tag, err)
			}
		}
	}
	point.Images.Reached()
	return nil
}

// missing tells which of the images could not be had. One that the recipe does not write itself is the site's to have.
func missing(failed map[string]error, images, written []string) error {
	var none error
	for _, ref := range images {
		err := failed[ref]
		if err != nil && !slices.Contains(written, ref) {
			err = errors.New(err.Error()) // whose fault it would be is forgotten
		}
		none = errors.Join(none, err)
	}
	if none == nil || result.OutcomeOf(none) == result.Fail {
		return none
	}
	return fmt.Errorf("%w; a machine that can't pull needs an override of the site with `images`, from the image as the recipe writes it to one that is here", none)
}

// allImages are those of the commit under test and of all versions that will be deployed.
func (s *session) allImages() []string {
	overlay := s.overlay(s.cfg.Plan)
	refs := overlay.Images(s.version.Facts)
	for _, d := range s.needs {
		refs = append(refs, s.overlay(d.Plan).Images(d.version.Facts)...)
	}
	for _, e := range s.edges {
		if e.Gap == nil {
			refs = append(refs, overlay.Images(e.Old.Facts)...)
			refs = append(refs, overlay.Images(e.New.Facts)...)
		}
	}
	slices.Sort(refs)
	return slices.Compact(refs)
}

// pull gives the error of each image that can't be had, and puts the others into the
// verdict's identity.
func (s *session) pull(ctx context.Context, refs []string) map[string]error {
	got := make(chan pulled, len(refs))
	for _, ref := range refs {
		go func() {
			id, err := s.engine.Image(ctx, ref, s.logins)
			got <- pulled{ref, id, err}
		}()
	}
	failed := map[string]error{}
	for range refs {
		p := <-got
		if p.err != nil {
			failed[p.ref] = p.err
			continue
		}
		s.res.Identity.Images[p.ref] = p.id
	}
	return failed
}
