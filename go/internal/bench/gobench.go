package bench

import (
	"bufio"
	"context"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// measures are series by "package.Benchmark/case" and unit.
type measures map[string]map[string]series

// benchLine is a result as `go test -bench` prints it; the number of processors ends the name.
var benchLine = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// parseBench reads what `go test -bench` prints.
func parseBench(text string) measures {
	out, pkg := measures{}, ""
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		if p, ok := strings.CutPrefix(lines.Text(), "pkg: "); ok {
			pkg = path.Base(p)
			continue
		}
		m := benchLine.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		name := pkg + "." + m[1]
		if out[name] == nil {
			out[name] = map[string]series{}
		}
		fields := strings.Fields(m[2])
		for i := 0; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				out[name][fields[i+1]] = append(out[name][fields[i+1]], v)
			}
		}
	}
	return out
}

// goBench runs benchmarks of this module, each as often as there are rounds.
func (r *Runner) goBench(ctx context.Context, pattern string, args ...string) (measures, error) {
	args = append([]string{"test", "-run", "^$", "-bench", pattern, "-count", strconv.Itoa(r.Rounds), "-timeout", "30m"}, args...)
	text, err := r.output(ctx, "go", "go", args...)
	if err != nil {
		return nil, err
	}
	m := parseBench(text)
	if len(m) == 0 {
		return nil, fmt.Errorf("go %s: no benchmark was run", strings.Join(args, " "))
	}
	return m, nil
}

func masker(ctx context.Context, r *Runner) (*Table, error) {
	m, err := r.goBench(ctx, "Writer", "./internal/redact")
	if err != nil {
		return nil, err
	}
	t := &Table{
		Title: "Masker", Head: []string{"patterns", "written by", "one core", "times a plain copy's time", "times strings.NewReplacer's speed"},
		Note: "How fast logs go through the masker, beside a copy of the same bytes and beside what masks each write by itself.",
	}
	for _, n := range []string{"5", "50", "500"} {
		for _, by := range []string{"line", "32KB"} {
			at := "redact.Writer/" + n + "/" + by + "/"
			speed := m[at+"mask"]["MB/s"]
			t.row(n, by, speed.spread(func(v float64) string { return fmt.Sprintf("%.0f MB/s", v) }),
				m[at+"mask"]["ns/op"].per(m[at+"copy"]["ns/op"]).spread(ratio), speed.per(m[at+"NewReplacer"]["MB/s"]).spread(ratio))
		}
	}
	return t, nil
}

func bridge(ctx context.Context, r *Runner) (*Table, error) {
	m, err := r.goBench(ctx, "Idle|Triggers|Many", "./internal/bridge")
	if err != nil {
		return nil, err
	}
	t := &Table{
		Title: "Bridge", Head: []string{"what", "requests", "bytes received", "time"},
		Note: "Against a model of the forge and of Drone over HTTP: what one poll costs while nothing happens, and a comment from its poll to the build. On a real Gitea and Drone their own time rules: about three comments a second (the log of TestAnyKill).",
	}
	for _, n := range []string{"1", "100", "1000"} {
		s := m["bridge.Idle/"+n]
		t.row("an idle cycle, enrolled recipes: "+n, s["requests/op"].spread(count), s["bytes/op"].spread(count), s["ns/op"].spread(nanoseconds))
	}
	s := m["bridge.Triggers"]
	t.row("one comment, until its build is made and answered", s["requests/op"].spread(count), s["bytes/op"].spread(count), s["ns/op"].spread(nanoseconds))
	t.row("comments it can take in a second, 100 in one poll: "+m["bridge.Many"]["comments/s"].spread(count), "-", "-", m["bridge.Many"]["ns/op"].spread(nanoseconds))
	return t, nil
}

func dashboards(ctx context.Context, r *Runner) (*Table, error) {
	m, err := r.goBench(ctx, "Build", "-benchtime", "1x", "./internal/dashboard")
	if err != nil {
		return nil, err
	}
	t := &Table{
		Title: "Dashboard", Head: []string{"recipes", "runs", "full build", "its processor time", "memory", "after one new run", "overview, compressed"},
		Note: "Aims at 500 recipes with 20,000 runs: 5 s and 300 MB, 100 ms, 300 KB.",
	}
	for _, n := range []string{"10", "100", "500"} {
		s := m["dashboard.Build/"+n]
		t.row(n, s["runs"].spread(count), s["ns/op"].spread(nanoseconds), s["ms-cpu"].spread(func(v float64) string { return seconds(v / 1e3) }), s["MB-sys"].spread(func(v float64) string { return fmt.Sprintf("%.0f MB", v) }),
			s["ms/rebuild"].spread(func(v float64) string { return seconds(v / 1e3) }), s["KB-overview"].spread(func(v float64) string { return fmt.Sprintf("%.0f KB", v) }))
	}
	return t, nil
}

func janitor(ctx context.Context, r *Runner) (*Table, error) {
	m, err := r.goBench(ctx, "Reap", "-tags", "live", "-benchtime", "1x", "./internal/run")
	if err != nil {
		return nil, err
	}
	t := &Table{
		Title: "Janitor", Head: []string{"dead runs", "one janitor", "for each"},
		Note: "Dead runs of each of which a secret, a config, a volume and a network are left on the swarm; 0 is what every run pays at its start.",
	}
	for _, n := range []float64{0, 1, 10, 100} {
		s := m["run.Reap/"+count(n)]["ns/op"]
		each := "-"
		if n > 0 {
			each = nanoseconds(s.median() / n)
		}
		t.row(count(n), s.spread(nanoseconds), each)
	}
	return t, nil
}

func nanoseconds(v float64) string { return seconds(v / 1e9) }
