package run

import (
	"context"
	"errors"
	"fmt"
	"os"

	"coopcloud.tech/cc-ci/internal/app"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/report"
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
	s, done, err := inspection(p, ref)
	if err != nil {
		return result.Result{}, err
	}
	defer done()
	err = s.inspect(ctx)
	if result.OutcomeOf(err) == result.Fail {
		s.res.Outcome, s.res.Reason, err = result.Fail, err.Error(), nil
	}
	return s.res, err
}

// Facts reads the same recipe and gives what it asks for as a new app. The error names
// what of it can't be read.
func Facts(ctx context.Context, p *plan.Plan, ref string) (*recipe.Facts, error) {
	s, done, err := inspection(p, ref)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := s.read(ctx); err != nil {
		return nil, err
	}
	f := s.version.Facts
	for _, problem := range f.Problems {
		err = errors.Join(err, fmt.Errorf("%s: %s: %s", problem.Rule, problem.Place, problem.Text))
	}
	if err == nil && f.Config == nil {
		err = errors.New("no compose file was loaded")
	}
	return f, err
}

// inspection is a session that can read a recipe and nothing else.
func inspection(p *plan.Plan, ref string) (s *session, done func(), err error) {
	dir, err := os.MkdirTemp("", "cc-ci-inspect-")
	if err != nil {
		return nil, nil, err
	}
	s = &session{dir: dir, printer: report.Quiet(), cfg: Config{Plan: p, Ref: ref, Site: site.Site{Network: "proxy"}}}
	s.app = &app.App{Plan: p, Site: s.cfg.Site, Abra: s.abraCLI(), Names: recipe.Names{Domain: inspected, Stack: recipe.StackName(inspected)}}
	s.res = result.Result{Schema: result.Schema, Recipe: p.Recipe, Outcome: result.Pass}
	return s, func() { os.RemoveAll(dir) }, nil
}

// read makes the commit's facts known.
func (s *session) read(ctx context.Context) error {
	err := s.checkOut(ctx)
	if err == nil {
		s.version, err = s.app.Prepare(s.res.Identity.Commit)
	}
	return err
}

func (s *session) inspect(ctx context.Context) error {
	if err := s.read(ctx); err != nil {
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
