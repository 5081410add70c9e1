package dashboard

import (
	"context"
	"log/slog"
	"time"
)

// Source tells what the results store doesn't know.
type Source interface {
	Enrolled(ctx context.Context) ([]string, error) // recipes under test, run or not
	Jobs(ctx context.Context) ([]Job, error)        // builds that wait or run, in the order to show
}

// askLimit bounds one question to a source.
const askLimit = 20 * time.Second

// Keep builds again and again until ctx ends: every so often, and whenever wake is sent to.
// A source that can't answer leaves what it said last; what goes wrong is logged, and tried
// again the next time.
func (b *Builder) Keep(ctx context.Context, from Source, every time.Duration, wake <-chan struct{}, log *slog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var enrolled []string
	var jobs []Job
	for ctx.Err() == nil {
		enrolled = ask(ctx, "enrolled recipes", from.Enrolled, enrolled, log)
		jobs = ask(ctx, "queue", from.Jobs, jobs, log)
		began := time.Now()
		r, err := b.Build(ctx, enrolled, jobs)
		switch {
		case err != nil && ctx.Err() == nil:
			log.Error("build", "error", err)
		case r.Put:
			log.Info("new site", "recipes", r.Recipes, "drawn", len(r.Drawn), "took", time.Since(began).Round(time.Millisecond).String())
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-wake:
		}
	}
}

func ask[T any](ctx context.Context, what string, question func(context.Context) (T, error), last T, log *slog.Logger) T {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	answer, err := question(ctx)
	if err != nil {
		log.Warn("no answer, the last one stays", "about", what, "error", err)
		return last
	}
	return answer
}
