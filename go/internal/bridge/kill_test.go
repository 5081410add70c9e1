package bridge

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var tries = flag.Int("tries", 20, "how many random tries TestAnyKill makes")

type killed struct{ place string }

// TestAnyKill: whatever goes wrong on the way and wherever the bridge is killed, each
// comment that asks for a run gets exactly one, and exactly one answer (T5).
func TestAnyKill(t *testing.T) {
	for try := range *tries {
		t.Run(fmt.Sprint(try), func(t *testing.T) { anyKill(t, uint64(try+1)) })
	}
}

func anyKill(t *testing.T, seed uint64) {
	luck := rand.New(rand.NewPCG(seed, 2))
	m := newModel(t, seed)
	m.luck = nil
	dir := t.TempDir()
	b := m.bridge(t, dir, nil)
	cycles(t, m, b, 1)
	m.luck = rand.New(rand.NewPCG(seed, 1))
	asked := map[int64]*modelPull{}
	var kills []string
	for n := range 60 {
		if n%12 == 3 {
			m.do(func() {
				p := m.pull("hedgedoc", int64(luck.IntN(3)+1))
				asked[m.comment(p, "ada", "!testme")] = p
			})
		}
		m.do(func() { m.forgeDown, m.droneDown = n%20 > 16 && seed%2 == 0, n%20 > 16 && seed%3 == 0 })
		m.tick(time.Duration(1+luck.IntN(15)) * time.Second)
		if place := oneCycle(b, luck); place != "" {
			kills = append(kills, place)
			b = m.bridge(t, dir, nil)
		}
	}
	m.do(func() { m.luck, m.forgeDown, m.droneDown = nil, false, false })
	for range 60 {
		m.tick(15 * time.Second)
		oneCycle(b, nil)
	}
	for id, p := range asked {
		builds, answers := m.buildsOf(id), m.answers(p, id)
		ran := 0
		for _, v := range builds {
			if v.ran {
				ran++
			}
		}
		if ran != 1 || len(answers) != 1 || !strings.Contains(answers[0].body, "GREEN") {
			t.Errorf("seed %d, comment %d: expected one run and one green answer, found %d runs, answers %d; kills %v", seed, id, ran, len(answers), kills)
			for _, a := range answers {
				t.Log(a.id, a.body)
			}
		}
	}
}

// TestLateEdit: an older edit that was given up, or whose bridge was killed, and that the forge carries out after the last one, does not
// stay, although an edit moves no pull request up.
func TestLateEdit(t *testing.T) {
	for name, kill := range map[string]bool{"the same bridge": false, "killed since": true} {
		t.Run(name, func(t *testing.T) {
			m, dir := newModel(t, 0), t.TempDir()
			b := m.bridge(t, dir, nil)
			p := m.pull("hedgedoc", 7)
			cycles(t, m, b, 10) // and nothing has touched the pull request for long
			id := m.comment(p, "ada", "!testme")
			cycles(t, m, b, 2)
			waiting := m.answers(p, id)[0].body
			for range 20 {
				cycles(t, m, b, 1)
				if strings.Contains(m.answers(p, id)[0].body, "GREEN") {
					break
				}
			}
			if kill {
				b = m.bridge(t, dir, nil)
				cycles(t, m, b, 1)
			}
			m.do(func() { c := m.answers(p, id)[0]; c.body, c.updated = waiting, m.clock })
			cycles(t, m, b, 20)
			if a := m.answers(p, id); len(a) != 1 || !strings.Contains(a[0].body, "GREEN") || len(m.buildsOf(id)) != 1 {
				t.Errorf("expected one green run, found %d builds, answers %v", len(m.buildsOf(id)), a[0].body)
			}
		})
	}
}

// oneCycle runs a cycle that may be killed at one of its named places, and gives that place.
func oneCycle(b *Bridge, luck *rand.Rand) (place string) {
	defer func() {
		if k, ok := recover().(killed); ok {
			place = k.place
		}
	}()
	b.at = func(place string) {
		if luck != nil && luck.IntN(12) == 0 {
			panic(killed{place})
		}
	}
	b.Cycle(context.Background()) //nolint:errcheck // it may fail; what counts is the end
	return ""
}
