package trigger

import (
	"fmt"
	"hash/fnv"
	"time"
)

// Round says in which round of the sweep a recipe is at now (T10). Rounds begin every
// period, for each recipe at another moment, so that they spread over the period.
func Round(recipe string, now time.Time, period time.Duration) int64 {
	h := fnv.New64a()
	h.Write([]byte(recipe)) //nolint:errcheck // a hash never fails
	offset := time.Duration(h.Sum64() % uint64(period))
	return now.Add(-offset).Unix() / int64(period/time.Second)
}

// SweepKey is the idempotency key of one round.
func SweepKey(recipe string, round int64) string { return fmt.Sprintf("sweep-%s-%d", recipe, round) }
