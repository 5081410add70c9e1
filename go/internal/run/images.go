package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"coopcloud.tech/cc-ci/internal/point"
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
	limit := s.cfg.Plan.Limits.Pull.Of(20 * time.Minute)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("pulling images took longer than %s", limit))
	defer cancel()
	own := s.overlay().Images(s.version.Facts)
	failed := s.pull(ctx, s.allImages())
	var missing error
	for _, ref := range own {
		missing = errors.Join(missing, failed[ref])
	}
	if missing != nil {
		return s.orStandIn(fmt.Errorf("%w; a machine that can't pull needs an override of the site with `images`, from the image as the recipe writes it to one that is here", missing))
	}
	for i := range s.edges {
		e := &s.edges[i]
		if e.Gap != nil || e.Old.Facts == nil {
			continue
		}
		for _, ref := range s.overlay().Images(e.Old.Facts) {
			if err := failed[ref]; err != nil {
				e.Gap = fmt.Errorf("the published version %s does not start here: %w", e.Tag, err)
			}
		}
	}
	point.Images.Reached()
	return nil
}

// allImages are those of the commit under test and of all versions that will be deployed.
func (s *session) allImages() []string {
	refs := s.overlay().Images(s.version.Facts)
	for _, e := range s.edges {
		if e.Gap == nil {
			refs = append(refs, s.overlay().Images(e.Old.Facts)...)
			refs = append(refs, s.overlay().Images(e.New.Facts)...)
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
			id, err := s.engine.Image(ctx, ref)
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
