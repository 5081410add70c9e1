package run

import (
	"context"
	"errors"
	"os"

	"coopcloud.tech/cc-ci/internal/app"
	"coopcloud.tech/cc-ci/internal/event"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/site"
)

// inspected is the app's name where nothing is deployed.
const inspected = "recipe.example.com"

// Inspect reads the recipe whose repository the plan's source names, as prepare does, and
// deploys nothing: no swarm and no abra are needed. The result has its commit, version,
// findings and the changes since the published version; the outcome is fail where the
// policy refuses the recipe. ref is a commit, tag or branch; empty: HEAD.
func Inspect(ctx context.Context, p *plan.Plan, ref string) (result.Result, error) {
	dir, err := os.MkdirTemp("", "cc-ci-inspect-")
	if err != nil {
		return result.Result{}, err
	}
	defer os.RemoveAll(dir)
	s := &session{dir: dir, printer: quiet{}, cfg: Config{Plan: p, Ref: ref, Site: site.Site{Network: "proxy"}}}
	s.app = &app.App{Plan: p, Site: s.cfg.Site, Abra: s.abraCLI(), Names: recipe.Names{Domain: inspected, Stack: recipe.StackName(inspected)}}
	s.res = result.Result{Schema: result.Schema, Recipe: p.Recipe, Outcome: result.Pass}
	err = s.inspect(ctx)
	if result.OutcomeOf(err) == result.Fail {
		s.res.Outcome, s.res.Reason, err = result.Fail, err.Error(), nil
	}
	return s.res, err
}

func (s *session) inspect(ctx context.Context) error {
	err := s.checkOut(ctx)
	if err != nil {
		return err
	}
	if s.version, err = s.app.Prepare(s.res.Identity.Commit); err != nil {
		return err
	}
	if err := s.lookBack(ctx); err != nil {
		return err
	}
	refused := s.judge(ctx)
	if result.OutcomeOf(refused) != result.Fail {
		return refused
	}
	return errors.Join(refused, s.lint(ctx)) // what else there is to mend
}

// quiet is a printer for what nobody watches.
type quiet struct{}

// Event does nothing.
func (quiet) Event(event.Event) {}

// Close does nothing.
func (quiet) Close() error { return nil }
