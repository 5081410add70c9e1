// Package trigger decides what a comment on a pull request means: which comment asks
// for a run, whether it may have one, what the build is given, how an answer is
// recognised as ours. It is pure: no request, no file, no clock. The adapters of the
// forge and of Drone speak its types; package bridge does what it decides.
//
// Contract: everything that is not plainly allowed is refused or, where a fact could
// not be had, held: Judge gives an error then, and nothing may be started on it.
package trigger

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Word is the one body that asks for a run (T1).
const Word = "!testme"

// Errors that callers branch on. Adapters wrap them.
var (
	ErrGone      = errors.New("not there")   // the repository, pull request or comment does not exist (any more)
	ErrForbidden = errors.New("not allowed") // the token does not suffice
)

// Pull names one pull request.
type Pull struct {
	Owner, Repo string
	Number      int64
}

func (p Pull) String() string { return fmt.Sprintf("%s/%s#%d", p.Owner, p.Repo, p.Number) }

// Recipe is the name under which the pull request's repository can be enrolled.
func (p Pull) Recipe() string { return strings.ToLower(p.Repo) }

// Touched is a pull request that something happened to.
type Touched struct {
	Pull
	Updated time.Time // by the forge's clock, whole seconds
}

// Comment is an issue comment; a review is none.
type Comment struct {
	ID      int64
	Author  string // login
	Body    string
	Created time.Time // by the forge's clock, whole seconds
	Updated time.Time // differs from Created once it was edited
}

// Head is what a pull request would merge.
type Head struct {
	Open   bool
	SHA    string // 40 hex digits
	Source string // "owner/name" of the repository it comes from; another than the pull request's for a fork
	Unseen bool   // the branch holds it, but the pull request shows another commit to people
}

// Build is one build of Drone.
type Build struct {
	Number   int64
	Status   string            // as Drone says it: pending, running, success, failure, killed, error, ...
	Params   map[string]string // as they were given
	Commit   string            // of cc-ci, 40 hex digits
	Error    string            // where the pipeline could not be read
	Created  time.Time
	Started  time.Time // zero while it waits
	Finished time.Time // zero until it ended
}

// Ended tells whether nothing more will happen to the build.
func (b Build) Ended() bool { return !b.Pending() && !b.Running() }

// Pending tells whether the build waits for a runner.
func (b Build) Pending() bool {
	return b.Status == "pending" || b.Status == "blocked" || b.Status == "waiting_on_dependencies"
}

// Running tells whether a runner has it, or had it when it was last heard of.
func (b Build) Running() bool { return b.Status == "running" }

// Asks tells whether a comment asks for a run by what it is alone: its trimmed body is
// the word and nothing else, so that no quote and no code block does; it was never
// edited, because anyone with write access can edit anybody's comment; it is not the
// bot's own; it is not older than floor, the first start of the bridge (T5).
func Asks(c Comment, bot string, floor time.Time) bool {
	return strings.TrimSpace(c.Body) == Word &&
		c.Created.Equal(c.Updated) &&
		c.Author != "" && !strings.EqualFold(c.Author, bot) &&
		!c.Created.Before(floor)
}
