//go:build forge && long

package forge

import (
	"math/rand/v2"
	"slices"
	"time"
)

// event is one thing that the soak does, at a moment after its begin, with luck of its own to choose by: so a seed makes the same
// events, whatever becomes of those before.
type event struct {
	at   time.Duration
	what string
	luck *rand.Rand
}

// habits are what the soak does, how often a minute, and up to which part of its time. The last two fifths are one bridge's life, long enough
// to see it grow.
var habits = []struct {
	what      string
	perMinute float64
	until     float64
	do        func(*soak, *rand.Rand) bool // false: there is nothing to do it to, now
}{
	{"light comment", 8, 1, (*soak).askLight},
	{"demo comment", 1, 1, (*soak).askDemo},
	{"noise", 1, 1, (*soak).noise},
	{"push", 1.2, 1, (*soak).pushSome},
	{"cancel", 0.4, 1, (*soak).cancelSome},
	{"weather", 0.25, 1, (*soak).weather},
	{"janitor", 0.12, 1, (*soak).pass},
	{"kill bridge", 0.5, 0.6, (*soak).killBridge},
	{"kill runner", 0.12, 1, (*soak).killRunner},
	{"kill driver", 0.2, 1, (*soak).killDriver},
	{"kill dockerd", 0.1, 0.95, (*soak).killEngine},
}

// schedule makes a seed's events for so long a time, each habit's once at least.
func schedule(seed uint64, span time.Duration) (events []event) {
	when := rand.New(rand.NewPCG(seed, 1))
	for _, h := range habits {
		for range max(1, int(h.perMinute*span.Minutes()+0.5)) {
			at := time.Duration(when.Float64() * h.until * float64(span))
			events = append(events, event{at, h.what, rand.New(rand.NewPCG(seed, 2+uint64(len(events))))})
		}
	}
	slices.SortFunc(events, func(a, b event) int { return int(a.at - b.at) })
	return events
}

// postponed is how long an event waits that found nothing to be done to.
const postponed = 10 * time.Second

// carryOut does the events at their moments, and looks around between them.
func (s *soak) carryOut(events []event, span time.Duration) {
	for len(events) > 0 {
		e := events[0]
		events = events[1:]
		for wait := time.Until(s.began.Add(e.at)); wait > 0; wait = time.Until(s.began.Add(e.at)) {
			s.look()
			time.Sleep(min(wait, time.Second))
		}
		s.look()
		if s.do(e) {
			continue
		}
		if e.at += postponed; e.at > span {
			s.log.Warn("never done: there was nothing to do it to", "event", e.what)
			continue
		}
		i, _ := slices.BinarySearchFunc(events, e, func(a, b event) int { return int(a.at - b.at) })
		events = slices.Insert(events, i, e)
	}
}

func (s *soak) do(e event) bool {
	for _, h := range habits {
		if h.what == e.what {
			return h.do(s, e.luck)
		}
	}
	s.t.Fatalf("no habit is called %q", e.what)
	return false
}
