package ledger

import (
	"fmt"
	"slices"
	"time"

	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// How a usual time is found and when a run is slower than it: enough runs to have one,
// not so many that an app's slow growth is never forgiven.
const (
	minRuns = 5
	maxRuns = 20

	spreads    = 3      // as many deviations above the median
	deviation  = 1.4826 // what makes the MAD of normally spread values their standard deviation
	leastShare = 1.25   // and at least this much above it,
	leastExtra = 5 * time.Second
)

// Pace is a run's time beside the usual one of runs like it.
type Pace struct {
	Took   time.Duration `json:"took"`
	Usual  time.Duration `json:"usual,omitempty"`  // their median; zero where they are too few
	Spread time.Duration `json:"spread,omitempty"` // their median absolute deviation
	Runs   int           `json:"runs,omitempty"`   // how many they are
	Slow   bool          `json:"slow,omitempty"`
}

// String says it: "46 s", "46 s, as usual", "1 m 52 s, 2.4 times its usual 46 s".
func (p Pace) String() string {
	took := report.Span(p.Took)
	switch {
	case p.Usual == 0:
		return took
	case p.Slow:
		return fmt.Sprintf("%s, %.1f times its usual %s", took, float64(p.Took)/float64(p.Usual), report.Span(p.Usual))
	}
	return took + ", as usual"
}

// PaceOf compares e with the last passed runs before it, oldest first, that ran the same
// stages. Median and median absolute deviation don't move for one run that hung or died
// early. Only a pass has a pace: what fails fast is not fast.
func PaceOf(e Entry, before []Entry) Pace {
	p := Pace{Took: e.Took}
	if e.Outcome != result.Pass {
		return p
	}
	times := likeIt(e, before)
	p.Runs = len(times)
	if p.Runs < minRuns {
		return p
	}
	p.Usual, p.Spread = spread(times)
	limit := p.Usual + time.Duration(spreads*deviation*float64(p.Spread))
	p.Slow = p.Took > max(limit, time.Duration(leastShare*float64(p.Usual)), p.Usual+leastExtra)
	return p
}

// likeIt gives the times of the newest passes that ran the same stages as e.
func likeIt(e Entry, before []Entry) (times []time.Duration) {
	for i := len(before) - 1; i >= max(0, len(before)-lookBack) && len(times) < maxRuns; i-- {
		if before[i].Outcome == result.Pass && sameStages(e, before[i]) {
			times = append(times, before[i].Took)
		}
	}
	return times
}

// Usual is how long a run that begins now will likely take: the median of the passes like the newest
// pass of a whole matrix, in entries from oldest to newest. 0 where there is none.
func Usual(entries []Entry) time.Duration {
	for i, e := range slices.Backward(entries) {
		if e.Outcome == result.Pass && e.Whole() {
			return Median(likeIt(e, entries[:i+1]))
		}
	}
	return 0
}

func sameStages(a, b Entry) bool {
	return slices.EqualFunc(a.Stages, b.Stages, func(x, y Stage) bool { return x.Name == y.Name && x.Outcome == y.Outcome })
}

// spread gives the median and the median absolute deviation of at least one time.
func spread(times []time.Duration) (mid, mad time.Duration) {
	mid = Median(times)
	off := make([]time.Duration, len(times))
	for i, t := range times {
		off[i] = (t - mid).Abs()
	}
	return mid, Median(off)
}

// Median gives the middle of at least one time.
func Median(times []time.Duration) time.Duration {
	s := slices.Sorted(slices.Values(times))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}
