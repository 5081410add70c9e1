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

// BenchmarkMany is a hundred comments on as many pull requests within one poll, until each has its build and an answer that says so.
func BenchmarkMany(b *testing.B) {
	const many = 100
	m := newModel(b, 0)
	br := m.bridge(b, b.TempDir(), nil)
	cycle(b, m, br)
	for b.Loop() {
		m.do(func() {
			for i := range many {
				m.comment(m.pull("hedgedoc", int64(i)+1), "ada", "!testme")
			}
		})
		before := len(m.builds)
		cycle(b, m, br)
		if made := len(m.builds) - before; made != many {
			b.Fatalf("expected %d builds, found %d", many, made)
		}
		b.StopTimer()
		m.do(func() { // all of them end
			for _, v := range m.builds {
				v.status = "killed"
			}
		})
		for range 10 {
			m.tick(30 * time.Second)
			cycle(b, m, br)
		}
		m.do(func() {
			for _, p := range m.pulls {
				p.comments = nil
			}
			m.builds = nil
		})
		b.StartTimer()
	}
	b.ReportMetric(many/(b.Elapsed().Seconds()/float64(b.N)), "comments/s")
}

func cycle(b *testing.B, m *model, br *Bridge) {
	b.Helper()
	m.tick(time.Second)
	if err := br.Cycle(b.Context()); err != nil {
		b.Fatal(err)
	}
}
