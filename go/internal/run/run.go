// Package run is one run: a supervised process that owns everything it makes,
// proves that nothing of it is left, and may be killed at any instant without harm.
//
// Contract: Run returns an error only before anything was made (usage, no swarm);
// afterwards everything that happens is in the Result, and teardown has been tried
// whatever happened before. What a kill leaves is the next run's janitor's, which
// tells the dead by their locks. Secrets live in the sidecar of the run's folder
// (mode 0600 in 0700) and in memory; every writer masks them.
package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/site"
)

// Version of the driver; the build sets it.
var Version = "0.1.0-dev"

// Config is what one run is asked for.
type Config struct {
	Plan     *plan.Plan
	PlanJSON []byte // as read; its hash is part of the verdict's identity
	Site     site.Site
	Source   string   // git URL of the recipe; empty: the site's for it, else the plan's
	StandIn  bool     // take the site's stand-in for the recipe
	Ref      string   // commit, tag or branch; empty: the recipe's main branch
	PR       int      // 0 from a shell
	Stages   []string // empty: all
	Out      string   // folder for the report; empty: the run's own
	JUnit    string   // further copy of the JUnit XML

	ID     string        // of the run (NewID); empty: a new one
	Build  *result.Build // that asked for it; nil from a shell
	Opened func()        // called once the run holds its folder; nil: nobody waits for that

	Keep     time.Duration // how long the app stays deployed afterwards; 0: not at all
	SiteFile string        // absolute path of the file that Site was read from
}

// ErrUsage means that what was asked for can't be: a step of the plan that can't be
// done as it is written, a ref that names nothing. It comes with a whole result.
var ErrUsage = errors.New("can't be done as asked")

// Run tests one recipe once and prints as it goes.
func Run(ctx context.Context, cfg Config, out Output) (result.Result, error) {
	s, err := open(ctx, cfg, out)
	if err != nil {
		return result.Result{}, err
	}
	defer s.close()
	// The run's limit is for its work: to wait for others is none.
	if s.slot(ctx) {
		s.limited(ctx, func(ctx context.Context) {
			if s.prepare(ctx) {
				s.stages(ctx)
			}
		})
	}
	s.teardown(ctx)
	res, err := s.report()
	return res, errors.Join(err, s.misused)
}

// limited runs work under the plan's limit for the whole run; teardown comes after it, with a limit of its own.
func (s *session) limited(ctx context.Context, work func(context.Context)) {
	limit := time.Duration(s.cfg.Plan.Limits.Run)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("the run's limit of %s is over", limit))
	defer cancel()
	work(ctx)
}

func (c Config) planHash() string {
	sum := sha256.Sum256(c.PlanJSON)
	return "sha256:" + hex.EncodeToString(sum[:])
}
