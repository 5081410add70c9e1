//go:build forge

package forge

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/trigger"
)

var (
	tries = flag.Int("tries", 40, "how many comments TestAnyKill makes")
	seed  = flag.Uint64("seed", 0, "of its luck; 0: a new one, which it tells")
)

// places are where a bridge can be killed (docs/explanation/trigger.md).
var places = []string{
	"bridge.searched", "bridge.judged", "bridge.claimed", "bridge.checked", "bridge.created",
	"bridge.started", "bridge.settled", "bridge.cursor",
}

// TestEachKill: a bridge that is killed at a place, and the next one, come to one run and one answer.
func TestEachKill(t *testing.T) {
	trivial(t, "green")
	b := start(t, settings{})
	b.kill(syscall.SIGKILL)
	for _, place := range places {
		t.Run(place, func(t *testing.T) {
			p := pull(t, "green")
			pause(t, 1)
			id := comment(t, "ada", p, trigger.Word)
			b.start(place)
			if !b.died(patience) {
				t.Fatalf("the bridge did not come to %s", place)
			}
			b.start("")
			answered(t, p, patience, "**GREEN")
			b.kill(syscall.SIGKILL)
			wantBuilds(t, "trivial", id, 1)
		})
	}
}

// TestAnyKill: comments come while the bridge is killed at random places and moments, its requests are refused, lost and late
// in both directions, and now and then the forge or Drone is down. Each comment gets one run and one answer (T5).
func TestAnyKill(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-tries %d -seed %d", *tries, *seed)
	luck := rand.New(rand.NewPCG(*seed, 1))
	recipes := []string{"green", "blue", "amber", "teal"} // a store keeps 120 results of each
	trivial(t, recipes...)
	if err := runner(4); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := runner(2); err != nil {
			t.Error(err)
		}
	})
	b := start(t, settings{})
	b.kill(syscall.SIGKILL)
	b.forge.set(false, rand.New(rand.NewPCG(*seed, 2)))
	b.drone.set(false, rand.New(rand.NewPCG(*seed, 3)))
	var shared []trigger.Pull
	for i := range 1 + *tries/10 { // several comments on each
		shared = append(shared, pull(t, recipes[i%len(recipes)]))
	}
	pause(t, 1)

	asked := map[int64]trigger.Pull{}
	kills := 0
	for len(asked) < *tries {
		b.start(places[luck.IntN(len(places))])
		for range luck.IntN(5) {
			p := shared[luck.IntN(len(shared))]
			asked[comment(t, "ada", p, trigger.Word)] = p
			time.Sleep(time.Duration(luck.IntN(400)) * time.Millisecond)
		}
		outage(b, luck)
		if !b.died(time.Duration(luck.IntN(8000)) * time.Millisecond) {
			b.kill(syscall.SIGKILL)
		}
		kills++
	}
	b.forge.set(false, nil)
	b.drone.set(false, nil)
	b.start("")
	t.Logf("%d comments, %d kills", len(asked), kills)
	b.forge.idle(t) // what is late: from here on the bridge alone acts
	b.drone.idle(t)
	settled(t, asked)
}

// outage takes the forge or Drone away for the rest of this life, now and then.
func outage(b *bridge, luck *rand.Rand) {
	b.forge.mu.Lock()
	b.forge.down = luck.IntN(10) == 0
	b.forge.mu.Unlock()
	b.drone.mu.Lock()
	b.drone.down = luck.IntN(10) == 0
	b.drone.mu.Unlock()
}

// settled waits until every comment has its verdict, and counts runs and answers.
func settled(t *testing.T, asked map[int64]trigger.Pull) {
	t.Helper()
	expected := map[trigger.Pull]int{}
	for _, p := range asked {
		expected[p]++
	}
	for p, n := range expected {
		words := make([]string, n)
		for i := range words {
			words[i] = "**GREEN"
		}
		answered(t, p, 5*time.Minute, words...)
	}
	idle(t, "trivial")
	twice, all := 0, counts(t, "trivial")
	for id, p := range asked {
		got := all[fmt.Sprint(id)]
		if got.ran != 1 {
			t.Errorf("comment %d on %s: expected one run, found %d, of %d builds", id, p, got.ran, got.made)
		}
		if got.made > 1 {
			twice++
		}
	}
	for p, n := range expected {
		if list, err := answers(p); err != nil || len(list) != n {
			t.Errorf("%s: expected %d answers, found %d, %v", p, n, len(list), err)
		}
	}
	t.Logf("%d comments had a second build, which ended as a duplicate", twice)
}

// TestOutages: a minute without the forge, and one without Drone.
func TestOutages(t *testing.T) {
	trivial(t, "green")
	b := start(t, settings{})
	for name, server := range map[string]*proxy{"forge": b.forge, "drone": b.drone} {
		t.Run(name, func(t *testing.T) {
			p := pull(t, "green")
			pause(t, 1)
			server.cut(t)
			id := comment(t, "ada", p, trigger.Word)
			time.Sleep(outageTime)
			server.set(false, nil)
			answered(t, p, patience, "**GREEN")
			wantBuilds(t, "trivial", id, 1)
		})
	}
}

// outageTime is long enough for every pause between tries to have reached its longest.
const outageTime = 61 * time.Second

// TestSecondBridge: one waits while the other is active, and takes over.
func TestSecondBridge(t *testing.T) {
	trivial(t, "green")
	first := start(t, settings{})
	second := newBridge(t, settings{})
	second.args = append(first.args[:len(first.args):len(first.args)], "--listen", second.listen) // its state and key too
	second.start("")
	await(t, "word of the second bridge", patience, func() error { return contains(second.log.String(), "another bridge of this organisation is active") })
	p := pull(t, "green")
	pause(t, 1)
	id := comment(t, "ada", p, trigger.Word)
	answered(t, p, patience, "**GREEN")
	first.kill(syscall.SIGKILL)
	id2 := comment(t, "ada", p, trigger.Word)
	answered(t, p, patience, "**GREEN", "**GREEN")
	wantBuilds(t, "trivial", id, 1)
	wantBuilds(t, "trivial", id2, 1)
}

func contains(text, words string) error {
	if strings.Contains(text, words) {
		return nil
	}
	return fmt.Errorf("it never said %q", words)
}
