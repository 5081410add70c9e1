package bridge

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// facts asks the forge about one ticket, one thing at a time.
type facts struct {
	ctx context.Context
	b   *Bridge
	t   *ticket
}

func (f facts) Enrolled() (bool, error) {
	if !strings.EqualFold(f.t.pull.Owner, f.b.cfg.Organisation) {
		return false, nil
	}
	return f.b.enrolled(f.ctx, f.t.pull.Recipe())
}

func (f facts) Member() (bool, error) {
	allowed := slices.ContainsFunc(f.b.cfg.Allow, func(a string) bool { return strings.EqualFold(a, f.t.comment.Author) })
	if allowed {
		return true, nil
	}
	is, err := f.b.to.Members.Member(f.ctx, f.t.comment.Author)
	return is && err == nil, err
}

// Head of a pull request that was deleted is that of a closed one.
func (f facts) Head() (trigger.Head, error) {
	head, err := f.b.to.Pulls.Head(f.ctx, f.t.pull)
	if errors.Is(err, trigger.ErrGone) {
		return trigger.Head{}, nil
	}
	return head, err
}

func (f facts) Pushed() (after bool, newest string, err error) {
	return f.b.to.Pulls.Pushes(f.ctx, f.t.pull, f.t.comment.Created)
}

// enrolment is the list of recipes as last read.
type enrolment struct {
	ttl   time.Duration
	names map[string]bool
	at    time.Time
	fresh bool // read in this cycle: later than the comments that are judged in it were made
}

// enrolled asks whether a recipe is enrolled. The list is read when a comment needs it; an older one that
// a name is missing in is read again, once a cycle at most, so that a merged folder works at once (N2).
func (b *Bridge) enrolled(ctx context.Context, recipe string) (bool, error) {
	young := b.recipes.names != nil && b.now().Sub(b.recipes.at) < b.recipes.ttl
	if b.recipes.fresh || young && b.recipes.names[recipe] {
		return b.recipes.names[recipe], nil
	}
	names, err := b.to.Recipes.Enrolled(ctx)
	if err != nil {
		return false, err
	}
	b.recipes.names, b.recipes.at, b.recipes.fresh = names, b.now(), true
	return names[recipe], nil
}
