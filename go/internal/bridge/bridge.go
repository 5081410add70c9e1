// Package bridge turns comments on pull requests into builds of Drone, and builds into
// answers (T1-T10). The forge is the ledger: an answer's hidden mark says how far its
// comment has come; Drone's list says which build belongs to it; on disk lies one file
// with the time before which everything is settled.
//
// Contract: each step is done so that a kill after it can be told from its traces, and the
// next process goes on from them: no comment is lost, none gets two builds or two answers.
// Where a fact can't be had (the forge, Drone or the network is down) nothing is started,
// the comment stays open and is tried again. One bridge is active per organisation; the
// others wait. What is posted is made by package answer; what is decided, by trigger.
//
// Limits: Drone has no idempotency key. Where a request to make a build is delayed on
// its way for longer than Config.Grace after its answer was given up, a second build can
// come to be; the run's own start refuses it, and while it waits the bridge cancels it.
package bridge

import (
	"log/slog"
	"time"

	"coopcloud.tech/cc-ci/internal/answer"
	"coopcloud.tech/cc-ci/internal/killpoint"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// Config is what an operator decides.
type Config struct {
	Organisation string
	Bot          string        // login of the account whose token is used; its own comments never trigger
	Allow        []string      // logins that may trigger without being asked for membership (T4)
	Key          trigger.Key   // signs the answers' marks
	State        string        // folder of the cursor file; one per organisation
	Interval     time.Duration // between polls, at most 60 s (T2)
	Slots        int           // runs at a time (MAX_TESTS), to say when one will end
	BuildLimit   time.Duration // a build that runs for longer is cancelled (S10)
	SweepPeriod  time.Duration // how often every default branch is tested (T10); 0: never
	Text         answer.Writer
}

// times are no operator's business; fields so that tests can be quick.
type times struct {
	overlap time.Duration // searches reach back so far: time stamps are older than the moment they can be seen
	grace   time.Duration // a build that may be on its way is looked for so long before it is made again
	patient time.Duration // so long after its build ended a result may still come
	retry   time.Duration // first pause after a failed step of one comment; doubles
	slowest time.Duration // longest pause
	stale   time.Duration // between looks for builds that run too long
	sweep   time.Duration // between looks whether a sweep is due
}

var usual = times{
	overlap: 2 * time.Minute, grace: 15 * time.Second, patient: time.Minute,
	retry: 2 * time.Second, slowest: 30 * time.Second, stale: 5 * time.Minute, sweep: 10 * time.Minute,
}

// Bridge is one organisation's. Its methods are for one goroutine, but Wake and ServeHTTP.
type Bridge struct {
	cfg   Config
	to    Ports
	log   *slog.Logger
	times times
	now   func() time.Time
	at    func(place string) // killpoint.At

	cursor  cursor
	high    time.Time                  // the forge's clock at the last search; zero before the first
	read    map[trigger.Pull]look      // pull requests read since, so that an unchanged one isn't read again
	unread  map[trigger.Pull]time.Time // touched then, and not read yet
	again   map[trigger.Pull]again     // with an answer that was finished a moment ago
	open    map[int64]*ticket          // by the comment's id
	settled map[int64]time.Time        // comments, with the time they were made at
	turned  map[stranger]time.Time     // away, with the time of their comment
	listed  []trigger.Build            // the newest builds, nil until asked for in this cycle
	recipes enrolment
	due     struct{ stale, sweep, guard time.Time }
	noState bool // the token may not set a commit's status

	wake   chan struct{}
	health health
}

// New makes a bridge and reads its cursor file; nothing else is read or sent before Run or Cycle.
func New(cfg Config, to Ports, log *slog.Logger) (*Bridge, error) {
	b := &Bridge{
		cfg: cfg, to: to, log: log, times: usual, now: time.Now, at: killpoint.At,
		read: map[trigger.Pull]look{}, unread: map[trigger.Pull]time.Time{}, again: map[trigger.Pull]again{},
		open: map[int64]*ticket{}, settled: map[int64]time.Time{}, turned: map[stranger]time.Time{},
		wake: make(chan struct{}, 1),
	}
	b.recipes.ttl = usual.grace
	var err error
	b.cursor, err = readCursor(cfg.State)
	return b, err
}

// Wake makes Run look at once: somebody said that there is something new. It never blocks.
func (b *Bridge) Wake() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}
