package bridge

import (
	"context"
	"errors"
	"strings"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// stranger is somebody who may not trigger, on one pull request.
type stranger struct {
	pull   trigger.Pull
	author string
}

// turnAway says to a stranger that members alone can start a run: once on each pull request, so that nobody makes the bot
// write as many comments, and the forge as many mails, as they like. Where it can't be said (whoever opened a
// pull request can block the bot there) it is left, and not tried for two days.
func (b *Bridge) turnAway(ctx context.Context, t *ticket) error {
	who := stranger{t.pull, strings.ToLower(t.comment.Author)}
	if _, told := b.turned[who]; told {
		t.mark.Phase = trigger.Settled
		return nil
	}
	err := b.show(ctx, t, trigger.Mark{Phase: trigger.Settled}, b.cfg.Text.Refused(trigger.NotMember, t.comment.Author, t.pull))
	if errors.Is(err, trigger.ErrForbidden) {
		b.log.Info("a refusal could not be said", "pull", t.pull.String(), "comment", t.comment.ID, "error", err)
		t.mark.Phase, err = trigger.Settled, nil
	}
	if err == nil {
		b.turned[who] = t.comment.Created
	}
	return err
}
