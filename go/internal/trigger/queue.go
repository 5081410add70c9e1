package trigger

import (
	"slices"
	"time"
)

// Place is where a build stands in the queue.
type Place struct {
	Before int           // builds of recipes that will start before it
	End    time.Duration // from now until its expected end; 0 where nothing is known
}

// Queue says where the build numbered own stands, or where one would that is made now
// (own 0), of a recipe that takes usual. builds are those of Drone's list, slots the
// number that run at a time, typical a recipe's usual time, 0 where it has none.
func Queue(now time.Time, builds []Build, own int64, usual time.Duration, slots int, typical func(recipe string) time.Duration) Place {
	var p Place
	free := make([]time.Duration, max(slots, 1))
	known := usual > 0
	wait := func(d time.Duration) {
		slices.Sort(free)
		free[0] += d
	}
	for _, b := range builds {
		if b.Running() && b.Number != own && b.Recipe() != "" {
			t := typical(b.Recipe())
			known = known && t > 0
			wait(max(t-now.Sub(b.Started), 0))
		}
	}
	for _, b := range builds {
		if b.Pending() && b.Recipe() != "" && (own == 0 || b.Number < own) {
			p.Before++
			t := typical(b.Recipe())
			known = known && t > 0
			wait(t)
		}
	}
	if known {
		p.End = slices.Min(free) + usual
	}
	return p
}
