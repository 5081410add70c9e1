package bridge

import (
	"time"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// again is when a pull request with a finished answer is read once more.
type again struct {
	at    time.Time // by the forge's clock
	since time.Time // when its oldest such comment was made: the cursor stays behind it, so that the next bridge looks too
}

// watch has a pull request read once more after an answer was finished. An older edit, given up by us or sent by a
// bridge that was killed, may be carried out after the last one, and no edit moves a pull request up in a search.
func (b *Bridge) watch(p trigger.Pull, finished, asked time.Time) {
	at := finished.Add(quiet)
	if !b.high.Before(at) {
		return
	}
	w, there := b.again[p]
	if !there {
		w.since = asked
	}
	b.again[p] = again{later(w.at, at), earlier(w.since, asked)}
}

// lookAgain marks the pull requests whose time has come.
func (b *Bridge) lookAgain() {
	for p, w := range b.again {
		if _, marked := b.unread[p]; !marked && !b.high.Before(w.at) {
			b.unread[p] = b.read[p].updated
		}
	}
}
