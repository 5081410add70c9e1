package bridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/answer"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// ticket is one comment on its way from first sight to settled. mark and answer are what
// the forge is known to hold; everything else can be found out again.
type ticket struct {
	pull    trigger.Pull
	comment trigger.Comment
	mark    trigger.Mark // zero before the answer is there
	answer  int64        // the answer's comment id
	shown   string       // its body

	head      trigger.Head
	unsure    bool      // a post was given up: the answer may be there
	lookUntil time.Time // a build may be on its way: no other is made before then
	look      bool      // the pull request was touched: its head is to be compared
	newer     string    // the head that was pushed since
	limit     bool      // the build ran too long
	state     string    // the commit status that was set
	place     trigger.Place
	end       time.Time // expected
	tryAt     time.Time // after a failure
	pause     time.Duration
}

func (t *ticket) key() string { return strconv.FormatInt(t.comment.ID, 10) }

// answer reads a comment as one of the bridge's answers.
func (b *Bridge) answer(p trigger.Pull, c trigger.Comment) (trigger.Mark, bool) {
	if !strings.EqualFold(c.Author, b.cfg.Bot) {
		return trigger.Mark{}, false
	}
	return b.cfg.Key.Read(p, c.Body)
}

// advance brings a ticket as far as it goes now.
func (b *Bridge) advance(ctx context.Context, t *ticket) {
	for more := !b.now().Before(t.tryAt); more && ctx.Err() == nil; {
		var err error
		if more, err = b.step(ctx, t); err != nil {
			t.pause = min(max(2*t.pause, b.times.retry), b.times.slowest)
			t.tryAt = b.now().Add(t.pause)
			b.health.fault("comment "+t.key(), err)
			b.log.Warn("to be tried again", "pull", t.pull.String(), "comment", t.comment.ID, "in", t.pause.String(), "error", err)
			if b.high.Sub(t.comment.Created) > giveUp {
				b.log.Error("given up", "pull", t.pull.String(), "comment", t.comment.ID)
				b.forget(t)
			}
			return
		}
		t.pause = 0
		b.health.well("comment " + t.key())
	}
}

// step does the next thing for a ticket; false where there is nothing to do but to wait.
func (b *Bridge) step(ctx context.Context, t *ticket) (bool, error) {
	switch t.mark.Phase {
	case trigger.Claimed:
		return b.start(ctx, t)
	case trigger.Started:
		return b.follow(ctx, t)
	case trigger.Settled:
		b.forget(t)
		b.log.Info("settled", "pull", t.pull.String(), "comment", t.comment.ID, "build", t.mark.Build)
		return false, nil
	}
	return b.judge(ctx, t)
}

// giveUp is how old a comment may become that can be neither run nor answered, as on a
// pull request that was locked. It must not hold the cursor for ever.
const giveUp = 2 * trigger.LookBack

func (b *Bridge) forget(t *ticket) {
	b.settled[t.comment.ID] = t.comment.Created
	delete(b.open, t.comment.ID)
	if t.answer != 0 {
		b.watch(t.pull, b.high, t.comment.Created)
	}
	b.health.well("comment " + t.key())
}

// judge decides what becomes of a comment, and claims or refuses it.
func (b *Bridge) judge(ctx context.Context, t *ticket) (bool, error) {
	if t.unsure {
		list, err := b.to.Comments.Comments(ctx, t.pull, t.comment.Created)
		if err != nil {
			return false, err
		}
		t.unsure = false
		b.adopt(ctx, t.pull, list)
		if b.open[t.comment.ID] != t || t.answer != 0 {
			return b.open[t.comment.ID] == t, nil
		}
	}
	verdict, head, err := trigger.Judge(t.comment.Created, b.high, facts{ctx, b, t})
	if err != nil {
		return false, err
	}
	b.at("bridge.judged")
	b.health.count("verdict", string(verdict))
	b.log.Info("judged", "pull", t.pull.String(), "comment", t.comment.ID, "by", t.comment.Author, "verdict", string(verdict), "head", head.SHA)
	switch verdict {
	case trigger.Ignored:
		t.mark.Phase = trigger.Settled
		return true, nil
	case trigger.Run:
		t.head = head
		if _, err := b.list(ctx); err == nil { // Drone may be down: then the answer says nothing of the queue
			b.stand(t, 0)
		}
		return true, b.show(ctx, t, trigger.Mark{Phase: trigger.Claimed, Ref: head.SHA}, b.cfg.Text.Waiting(b.told(t, 0)))
	}
	if verdict == trigger.NotMember {
		return true, b.turnAway(ctx, t)
	}
	return true, b.show(ctx, t, trigger.Mark{Phase: trigger.Settled}, b.cfg.Text.Refused(verdict, t.comment.Author, t.pull))
}

// start gives a claimed comment its build: the one there is, or a new one.
func (b *Bridge) start(ctx context.Context, t *ticket) (bool, error) {
	build, there, err := b.lookUp(ctx, t.key(), t.comment.Created)
	if err != nil {
		return false, err
	}
	if !there {
		if b.now().Before(t.lookUntil) {
			return false, nil
		}
		if b.high.Sub(t.comment.Created) > trigger.LookBack {
			return true, b.refuse(ctx, t, trigger.Missed)
		}
		verdict, head, err := trigger.Still(facts{ctx, b, t}, t.mark.Ref)
		if err != nil {
			return false, err
		}
		if verdict != trigger.Run {
			return true, b.refuse(ctx, t, verdict)
		}
		t.head = head
		b.at("bridge.checked")
		if build, err = b.create(ctx, t); err != nil {
			return false, err
		}
	}
	b.at("bridge.created")
	b.stand(t, build.Number)
	return true, b.show(ctx, t, trigger.Mark{Phase: trigger.Started, Ref: t.mark.Ref, Build: build.Number}, b.cfg.Text.Waiting(b.told(t, build.Number)))
}

func (b *Bridge) refuse(ctx context.Context, t *ticket, v trigger.Verdict) error {
	b.health.count("verdict", string(v))
	return b.show(ctx, t, trigger.Mark{Phase: trigger.Settled, Ref: t.mark.Ref}, b.cfg.Text.Refused(v, t.comment.Author, t.pull))
}

// create asks Drone for the build. Unless Drone refused plainly, it may have been made.
func (b *Bridge) create(ctx context.Context, t *ticket) (trigger.Build, error) {
	if err := b.guarded(ctx); err != nil {
		return trigger.Build{}, err
	}
	build, err := b.to.Builds.Create(ctx, trigger.Params{
		Recipe: t.pull.Recipe(), Ref: t.mark.Ref, PR: t.pull.Number, Source: t.head.Source, Comment: t.key(),
	})
	if err != nil {
		if !errors.Is(err, trigger.ErrGone) && !errors.Is(err, trigger.ErrForbidden) {
			t.lookUntil = b.now().Add(b.times.grace)
		}
		return build, fmt.Errorf("make a build: %w", err)
	}
	b.listed = append([]trigger.Build{build}, b.listed...)
	b.health.count("build", "trigger")
	b.log.Info("build made", "pull", t.pull.String(), "comment", t.comment.ID, "build", build.Number, "ref", t.mark.Ref)
	return build, nil
}

// show writes the answer with its mark: a new comment, or the one that is there. Only
// then has the ticket come so far.
func (b *Bridge) show(ctx context.Context, t *ticket, m trigger.Mark, text string) error {
	m.Comment = t.comment.ID
	body := strings.TrimRight(text, "\n") + "\n\n" + b.cfg.Key.Line(t.pull, m)
	if t.answer != 0 && body != t.shown {
		err := b.to.Comments.Edit(ctx, t.pull, t.answer, body)
		if err != nil && !errors.Is(err, trigger.ErrGone) {
			return err
		}
		if err != nil { // somebody deleted it
			t.answer = 0
		}
	}
	if t.answer == 0 {
		t.unsure = true
		id, err := b.to.Comments.Post(ctx, t.pull, body)
		if errors.Is(err, trigger.ErrGone) { // the pull request was deleted
			id, m.Phase, err = 0, trigger.Settled, nil
		}
		if err != nil {
			return err
		}
		t.answer, t.unsure = id, false
	}
	t.mark, t.shown = m, body
	b.at("bridge." + string(m.Phase))
	return nil
}

// told is what a waiting answer says. Without a build, 0, the comment is only taken.
func (b *Bridge) told(t *ticket, build int64) answer.Wait {
	return answer.Wait{
		Pull: t.pull, SHA: cmp.Or(t.mark.Ref, t.head.SHA), Source: t.head.Source, Build: build, Before: t.place.Before, End: t.end,
	}
}

// stand finds the ticket's place in the queue. The expected end is set anew only where
// the place changed: an answer should not be edited because a second went by.
func (b *Bridge) stand(t *ticket, build int64) {
	list, now := b.listed, b.now()
	place := trigger.Queue(now, list, build, b.to.Results.Typical(t.pull.Recipe()), b.cfg.Slots, b.to.Results.Typical)
	if place.Before == t.place.Before && !t.end.IsZero() {
		return
	}
	t.place, t.end = place, time.Time{}
	if place.End > 0 {
		t.end = now.Add(place.End)
	}
}
