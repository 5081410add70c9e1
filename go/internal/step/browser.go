package step

import (
	"context"
	"errors"
	"fmt"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// walk is what a browser's flow left.
type walk struct {
	steps    []result.Step
	evidence []result.Evidence
}

// browser does a step that is a walk. Each of its verbs has a limit of its own and the browser keeps
// it, so running out of time as a whole is the browser's trouble, not the app's.
func (r *runner) browser(ctx context.Context, at string, s plan.Step) error {
	at += ".browser"
	started, limit := time.Now(), s.Timeout.Of(r.Limit*time.Duration(len(s.Browser)))
	walks := make(chan walk, 1) // what an abandoned flow leaves at last, nobody takes
	err := watch(ctx, limit, func(ctx context.Context) error {
		if r.Browser == nil {
			return errors.New("no browser on this machine (see cc-ci doctor)")
		}
		steps, evidence, err := r.Browser.Flow(ctx, at, s.Browser, r.Vars)
		walks <- walk{steps, evidence}
		return err
	})
	var w walk
	select {
	case w = <-walks:
	default:
	}
	if result.OutcomeOf(err) == result.Error { // a browser's failure names its place itself
		err = fmt.Errorf("%s: %s: %w", at, describe(s), err)
	}
	if len(w.steps) == 0 {
		w.steps = []result.Step{{Place: at, What: describe(s), Outcome: result.OutcomeOf(err), Took: time.Since(started)}}
		if err != nil {
			w.steps[0].Seen = r.cut(err.Error())
		}
	}
	r.steps, r.evidence = append(r.steps, w.steps...), append(r.evidence, w.evidence...)
	return err
}
