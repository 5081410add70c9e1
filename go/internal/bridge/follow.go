package bridge

import (
	"context"
	"errors"

	"coopcloud.tech/cc-ci/internal/answer"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// follow shows how the build of a started comment stands, ends it where it must not go
// on, and says what came of it.
func (b *Bridge) follow(ctx context.Context, t *ticket) (bool, error) {
	build, err := b.build(ctx, t.mark.Build)
	if errors.Is(err, trigger.ErrGone) || err == nil && !build.Of(t.key()) { // deleted in Drone, or its number was given away anew
		return true, b.end(ctx, t, "error", b.cfg.Text.Lost(b.told(t, t.mark.Build)))
	}
	if err != nil {
		return false, err
	}
	if err := b.compare(ctx, t); err != nil {
		return false, err
	}
	if build.Ended() {
		return b.ended(ctx, t, build)
	}
	t.limit = t.limit || b.tooLong(build)
	if t.newer != "" || t.limit {
		if err := b.to.Builds.Cancel(ctx, build.Number); err != nil && !errors.Is(err, trigger.ErrGone) {
			return false, err
		}
		b.at("bridge.cancelled")
		b.health.count("cancelled", map[bool]string{true: "limit", false: "newer"}[t.limit])
		b.log.Info("build cancelled", "build", build.Number, "comment", t.comment.ID, "newer", t.newer, "limit", t.limit)
		build.Status = "killed"
		return b.ended(ctx, t, build)
	}
	w := b.told(t, build.Number)
	if build.Running() {
		w.Running, w.End = true, build.Started
		if usual := b.to.Results.Typical(t.pull.Recipe()); usual > 0 {
			w.End = build.Started.Add(usual)
		} else {
			w.End = t.end
		}
	} else if _, err := b.list(ctx); err == nil {
		b.stand(t, build.Number)
		w = b.told(t, build.Number)
	}
	b.status(ctx, t, "pending", w)
	return false, b.show(ctx, t, t.mark, b.cfg.Text.Waiting(w))
}

// compare looks whether the pull request has a newer head than the one that is tested.
func (b *Bridge) compare(ctx context.Context, t *ticket) error {
	if !t.look {
		return nil
	}
	head, err := b.to.Pulls.Head(ctx, t.pull)
	if err != nil && !errors.Is(err, trigger.ErrGone) {
		return err
	}
	t.look = false
	if err == nil && head.SHA != t.mark.Ref {
		t.newer = head.SHA
	}
	if err == nil && t.head.Source == "" {
		t.head = head
	}
	return nil
}

// ended says what came of a build. A build that ends without a result is an error, never a pass (U6).
func (b *Bridge) ended(ctx context.Context, t *ticket, build trigger.Build) (bool, error) {
	w := b.told(t, build.Number)
	text := b.cfg.Text
	switch {
	case build.Status == "killed" && t.newer != "":
		return true, b.end(ctx, t, "error", text.Superseded(w, t.newer))
	case build.Status == "killed" && (t.limit || build.Finished.Sub(build.Started) > b.cfg.BuildLimit):
		return true, b.end(ctx, t, "error", text.TooLong(w, b.cfg.BuildLimit))
	case build.Status == "killed":
		return true, b.end(ctx, t, "error", text.Cancelled(w, build.Finished.Sub(build.Started)))
	case build.Status != "success" && build.Status != "failure":
		return true, b.end(ctx, t, "error", text.Broken(w, build))
	}
	report, err := b.to.Results.Find(ctx, build)
	if err != nil {
		return false, err
	}
	if report == nil {
		if b.now().Sub(build.Finished) < b.times.patient {
			return false, nil
		}
		return true, b.end(ctx, t, "error", text.NoResult(w, build))
	}
	if why := contradiction(t, build, report); why != "" {
		return true, b.end(ctx, t, "error", text.Contradiction(w, why))
	}
	return true, b.end(ctx, t, stateOf(report.Result), text.Verdict(w, build, *report))
}

// stateOf is the commit status that a result earns. A stand-in's pass says nothing about the recipe itself, so it is no success.
func stateOf(r result.Result) string {
	switch {
	case r.Outcome == result.Pass && r.Identity.StandIn != "":
		return "warning"
	case r.Outcome == result.Pass:
		return "success"
	case r.Outcome == result.Fail:
		return "failure"
	}
	return "error"
}

// contradiction says where a result is not the one that was asked for: it must not be
// shown as this commit's verdict.
func contradiction(t *ticket, build trigger.Build, r *answer.Report) string {
	green, commit := r.Result.Outcome == result.Pass, r.Result.Identity.Commit
	switch {
	case r.Result.Recipe != t.pull.Recipe():
		return "the result is of another recipe"
	case commit != t.mark.Ref && (green || commit != ""): // it is empty where the commit could not be had
		return "the result is of another commit"
	case green != (build.Status == "success"):
		return "the result and the build's status contradict each other"
	}
	return ""
}

// end settles a comment with the last text of its answer.
func (b *Bridge) end(ctx context.Context, t *ticket, state, text string) error {
	m := t.mark
	m.Phase = trigger.Settled
	b.health.count("verdict of a run", state)
	b.status(ctx, t, state, b.told(t, t.mark.Build))
	return b.show(ctx, t, m, text)
}

// status sets the commit's status where the token allows (T9). It is a courtesy: the answer says it all.
func (b *Bridge) status(ctx context.Context, t *ticket, state string, w answer.Wait) {
	if b.noState || t.state == state {
		return
	}
	err := b.to.Pulls.Status(ctx, t.pull, t.mark.Ref, state, b.cfg.Text.BuildLink(w.Build), "cc-ci: "+state)
	switch {
	case errors.Is(err, trigger.ErrForbidden):
		b.noState = true
	case err != nil:
		b.log.Debug("commit status not set", "pull", t.pull.String(), "error", err)
	default:
		t.state = state
	}
}
