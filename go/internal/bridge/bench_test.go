package bridge

import (
	"fmt"
	"testing"
	"time"
)

// spent are the requests and bytes that the model has answered so far.
func (m *model) spent() (requests, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, n := range m.requests {
		requests += n
	}
	return requests, m.bytes
}

// report gives what each of b.N rounds cost, which began at the given figures.
func (m *model) report(b *testing.B, requests, bytes int) {
	r, n := m.spent()
	b.ReportMetric(float64(r-requests)/float64(b.N), "requests/op")
	b.ReportMetric(float64(n-bytes)/float64(b.N), "bytes/op")
}

// BenchmarkIdle is a cycle in which nothing happened, with so many enrolled recipes that each
// have an open pull request with comments (T2).
func BenchmarkIdle(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := newModel(b, 0)
			m.enrolled = nil
			for i := range n {
				name := fmt.Sprintf("recipe-%d", i)
				m.enrolled = append(m.enrolled, name)
				p := m.pull(name, 1)
				m.comment(p, "ada", "looks good")
				p.updated = m.clock.Add(-time.Hour)
			}
			br := m.bridge(b, b.TempDir(), nil)
			cycle(b, m, br) // the first start
			requests, bytes := m.spent()
			for b.Loop() {
				cycle(b, m, br)
			}
			m.report(b, requests, bytes)
		})
	}
}

// BenchmarkTriggers is one comment, from the poll that finds it until its build is made and the answer says so.
func BenchmarkTriggers(b *testing.B) {
	m := newModel(b, 0)
	br := m.bridge(b, b.TempDir(), nil)
	cycle(b, m, br)
	p := m.pull("hedgedoc", 7)
	requests, bytes, between := 0, 0, 0
	for b.Loop() {
		var id int64
		m.do(func() { id = m.comment(p, "ada", "!testme") })
		r, n := m.spent()
		for i := 0; len(m.buildsOf(id)) == 0; i++ {
			if i > 10 {
				b.Fatal("the comment has no build after ten cycles")
			}
			cycle(b, m, br)
		}
		r2, n2 := m.spent()
		requests, bytes = requests+r2-r, bytes+n2-n
		b.StopTimer()
		for range 10 { // the run ends, and the answer with it
			m.tick(30 * time.Second)
			cycle(b, m, br)
			between++
		}
		m.do(func() { p.comments = nil })
		b.StartTimer()
	}
	b.ReportMetric(float64(requests)/float64(b.N), "requests/op")
	b.ReportMetric(float64(bytes)/float64(b.N), "bytes/op")
}

func cycle(b *testing.B, m *model, br *Bridge) {
	b.Helper()
	m.tick(time.Second)
	if err := br.Cycle(b.Context()); err != nil {
		b.Fatal(err)
	}
}
