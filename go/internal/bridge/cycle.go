package bridge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// look is when and how a pull request was last read.
type look struct {
	updated time.Time // as the search gave it
	at      time.Time // the forge's clock
}

// quiet is how long after its last change a pull request is read again all the same: a
// comment's time stamp is taken before it can be seen, and two can bear the same second.
const quiet = 30 * time.Second

// Cycle looks once for what is new, brings every open comment as far as it goes, and
// writes the cursor. An error means that the forge could not be searched or the cursor not be
// written; what fails for one comment alone is logged, and tried again later.
func (b *Bridge) Cycle(ctx context.Context) error {
	b.listed, b.recipes.fresh = nil, false
	touched, now, err := b.to.Pulls.Touched(ctx, b.since())
	if err != nil {
		return err
	}
	if apart := now.Sub(b.now()).Abs(); apart > skew { // one wrong time would move the cursor for good
		return fmt.Errorf("the forge's clock says %s, this machine's %s: expected at most %s between them; nothing is started", now.UTC().Format(time.RFC3339), b.now().UTC().Format(time.RFC3339), skew)
	}
	if b.cursor.Floor.IsZero() {
		b.cursor.Floor, b.cursor.Settled = now, now
		if err := b.cursor.write(b.cfg.State); err != nil {
			return err
		}
		b.log.Info("first start: older comments are never run", "floor", now)
	}
	b.at("bridge.searched")
	for _, t := range touched {
		if seen := b.read[t.Pull]; !seen.updated.Equal(t.Updated) || seen.at.Before(t.Updated.Add(quiet)) {
			b.unread[t.Pull] = t.Updated
		}
	}
	b.high = now
	b.lookAgain()
	b.readAll(ctx)
	for _, id := range slices.Sorted(maps.Keys(b.open)) {
		b.advance(ctx, b.open[id])
	}
	b.cancelStale(ctx)
	b.sweepOne(ctx)
	return b.settle()
}

// since is where a search begins.
func (b *Bridge) since() time.Time {
	from := b.high
	if from.IsZero() {
		from = b.cursor.Settled
	}
	if from.IsZero() {
		from = b.now()
	}
	return from.Add(-b.times.overlap)
}

// settle moves the cursor to the oldest thing that isn't settled, and forgets what lies before it. Where the forge's
// clock was set back, so is the cursor: what is said from now on bears times from before it.
func (b *Bridge) settle() error {
	to := b.high
	for _, t := range b.open {
		to = earlier(to, t.comment.Created)
	}
	for _, updated := range b.unread {
		to = earlier(to, updated)
	}
	for _, w := range b.again {
		to = earlier(to, w.since)
	}
	if to.After(b.cursor.Settled) || b.high.Before(b.cursor.Settled) {
		b.cursor.Settled = later(to, b.cursor.Floor)
	}
	err := b.cursor.write(b.cfg.State)
	b.at("bridge.cursor")
	old := b.cursor.Settled.Add(-b.times.overlap - time.Hour)
	maps.DeleteFunc(b.settled, func(_ int64, created time.Time) bool { return created.Before(old) })
	maps.DeleteFunc(b.turned, func(_ stranger, created time.Time) bool { return created.Before(old) })
	maps.DeleteFunc(b.read, func(_ trigger.Pull, l look) bool { return l.updated.Before(old) })
	return err
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// readAll reads the comments of every pull request that was touched.
func (b *Bridge) readAll(ctx context.Context) {
	pulls := slices.SortedFunc(maps.Keys(b.unread), func(x, y trigger.Pull) int { return b.unread[x].Compare(b.unread[y]) })
	for _, p := range pulls {
		err := b.readPull(ctx, p)
		if errors.Is(err, trigger.ErrGone) {
			err = nil // deleted since the search
		}
		if err != nil {
			b.health.fault("comments", err)
			b.log.Warn("comments could not be read", "pull", p.String(), "error", err)
			if b.high.Sub(b.unread[p]) < giveUp {
				continue
			}
			b.log.Error("given up", "pull", p.String())
		}
		b.health.well("comments")
		b.read[p] = look{b.unread[p], b.high}
		if !b.high.Before(b.again[p].at) {
			delete(b.again, p)
		}
		delete(b.unread, p)
	}
}

// readPull finds the comments that ask for a run, and the answers there are.
func (b *Bridge) readPull(ctx context.Context, p trigger.Pull) error {
	list, err := b.to.Comments.Comments(ctx, p, earlier(b.cursor.Settled, b.high).Add(-b.times.overlap))
	if err != nil {
		return err
	}
	for _, c := range list {
		_, done := b.settled[c.ID]
		if !done && b.open[c.ID] == nil && trigger.Asks(c, b.cfg.Bot, b.cursor.Floor) {
			b.open[c.ID] = &ticket{pull: p, comment: c}
			b.log.Info("a comment asks for a run", "pull", p.String(), "comment", c.ID, "by", c.Author)
		}
	}
	b.adopt(ctx, p, list)
	for _, t := range b.open {
		t.look = t.look || t.pull == p
	}
	return nil
}

// adopt finds the answers among the comments, and joins each with its comment. Of two
// for the same one (a post that was given up came late) the one that is further on stays.
func (b *Bridge) adopt(ctx context.Context, p trigger.Pull, list []trigger.Comment) {
	best := map[int64]found{}
	for _, c := range list {
		m, ok := b.answer(p, c)
		if !ok {
			continue
		}
		mine := found{c, m}
		if other, twice := best[m.Comment]; twice {
			if !mine.better(other, b.open[m.Comment]) {
				mine, other = other, mine
			}
			if err := b.to.Comments.Delete(ctx, p, other.comment.ID); err != nil && !errors.Is(err, trigger.ErrGone) {
				b.log.Warn("a second answer could not be deleted", "pull", p.String(), "comment", other.comment.ID, "error", err)
			}
		}
		best[m.Comment] = mine
	}
	for id, f := range best {
		b.join(p, id, f)
	}
}

func (b *Bridge) join(p trigger.Pull, id int64, f found) {
	if _, done := b.settled[id]; done {
		if f.mark.Phase == trigger.Settled {
			return
		}
		delete(b.settled, id) // an older edit was carried out after the last one
	}
	t := b.open[id]
	if f.mark.Phase == trigger.Settled {
		delete(b.open, id)
		b.settled[id] = f.comment.Created
		b.watch(p, f.comment.Updated, f.comment.Created)
		b.health.well("comment " + strconv.FormatInt(id, 10))
		return
	}
	if t == nil { // the comment was deleted or edited since it was taken
		t = &ticket{pull: p, comment: trigger.Comment{ID: id, Created: f.comment.Created}}
		b.open[id] = t
	}
	if t.answer != f.comment.ID && t.mark.Phase.Rank() <= f.mark.Phase.Rank() {
		t.answer, t.mark, t.shown = f.comment.ID, f.mark, f.comment.Body
		t.lookUntil = b.now().Add(b.times.grace)
	}
}

// found is an answer with its mark.
type found struct {
	comment trigger.Comment
	mark    trigger.Mark
}

// better tells whether f is to stay rather than g.
func (f found) better(g found, t *ticket) bool {
	if f.mark.Phase != g.mark.Phase {
		return f.mark.Phase.Rank() > g.mark.Phase.Rank()
	}
	if t != nil && t.answer != 0 {
		return f.comment.ID == t.answer
	}
	return f.comment.ID < g.comment.ID
}
