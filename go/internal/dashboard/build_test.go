package dashboard

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/dashboard/stock"
	"coopcloud.tech/cc-ci/internal/generation"
	"coopcloud.tech/cc-ci/internal/ledger"
)

var newest = time.Date(2026, 11, 23, 1, 14, 5, 0, time.UTC)

// builder gives one over a store of its own with so many recipes and runs of each.
func builder(tb testing.TB, recipes, runs int) (*Builder, string) {
	tb.Helper()
	dir := tb.TempDir()
	store := filepath.Join(dir, "store")
	if err := os.Mkdir(store, 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := stock.Fill(store, stock.Shape{Recipes: recipes, Runs: runs, Newest: newest}); err != nil {
		tb.Fatal(err)
	}
	root, err := os.OpenRoot(store)
	if err != nil {
		tb.Fatal(err)
	}
	site, err := generation.Open(filepath.Join(dir, "site"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { root.Close(); site.Close() })
	return &Builder{Store: root.FS(), Site: site, URL: "https://ci.example.org", Now: func() time.Time { return newest.Add(48 * time.Hour) }}, store
}

func build(tb testing.TB, b *Builder, enrolled ...string) Report {
	tb.Helper()
	r, err := b.Build(tb.Context(), enrolled, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// add publishes one more run of a recipe.
func add(tb testing.TB, store, recipe string, n int) string {
	tb.Helper()
	r := stock.Run(rand.New(rand.NewPCG(2, uint64(n))), recipe, n, newest.Add(time.Duration(n)*time.Minute))
	if err := stock.Write(store, r); err != nil {
		tb.Fatal(err)
	}
	return r.ID
}

// files gives every file of the site in force with the time it was written.
func files(t *testing.T, b *Builder) map[string]time.Time {
	t.Helper()
	out := map[string]time.Time{}
	for _, dir := range []string{generation.Current, "parts"} {
		at, err := filepath.EvalSymlinks(filepath.Join(b.Site.Dir(), dir))
		if err != nil {
			t.Fatal(err)
		}
		err = filepath.WalkDir(at, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				info, _ := d.Info()
				rel, _ := filepath.Rel(at, path)
				out[dir+"/"+rel] = info.ModTime()
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestBuildRewritesOnlyWhatChanged(t *testing.T) {
	b, store := builder(t, 4, 6)
	if r := build(t, b, "never-run"); !r.Put || len(r.Drawn) != 5 || r.Recipes != 5 {
		t.Fatalf("a first build: expected 5 recipes drawn, found %+v", r)
	}
	before := files(t, b)
	if r := build(t, b, "never-run"); r.Put || len(r.Drawn) != 0 {
		t.Fatalf("nothing new: expected nothing done, found %+v", r)
	}
	again := &Builder{Store: b.Store, Site: b.Site, URL: b.URL, Now: b.Now} // as another process
	if r := build(t, again, "never-run"); r.Put || len(r.Drawn) != 0 {
		t.Errorf("nothing new, another process: expected nothing done, found %+v", r)
	}
	run := add(t, store, "hedgedoc", 1)
	if r := build(t, b, "never-run"); !r.Put || !slices.Equal(r.Drawn, []string{"hedgedoc"}) {
		t.Fatalf("one new run: expected hedgedoc drawn, found %+v", r)
	}
	for name, at := range files(t, b) {
		if old, ok := before[name]; ok && strings.HasPrefix(name, "parts/") && !old.Equal(at) {
			t.Errorf("%s was written again", name)
		}
	}
	page, err := os.ReadFile(filepath.Join(b.Site.Dir(), generation.Current, Place, "hedgedoc", "index.html"))
	if err != nil || !strings.Contains(string(page), run) {
		t.Errorf("page of hedgedoc: expected run %s in it, %v", run, err)
	}
}

func TestBuildLooksAgain(t *testing.T) {
	b, store := builder(t, 2, 3)
	now := newest.Add(time.Hour)
	b.Now = func() time.Time { return now }
	build(t, b)
	now = newest.Add(31 * 24 * time.Hour) // the oldest runs have left the rates' window
	if r := build(t, b); len(r.Drawn) != 2 {
		t.Errorf("a month later: expected both drawn, found %+v", r)
	}
	if err := os.RemoveAll(filepath.Join(store, "hedgedoc")); err != nil {
		t.Fatal(err)
	}
	if r := build(t, b); r.Recipes != 1 || !r.Put {
		t.Errorf("a recipe that went: expected one, found %+v", r)
	}
}

func TestBuildJustPublishedIsLookedAtAgain(t *testing.T) {
	b, store := builder(t, 1, 2)
	b.Now = time.Now
	add(t, store, "hedgedoc", 1) // the folder's time is now: another may come within the same tick
	build(t, b)
	if r := build(t, b); len(r.Drawn) != 1 || r.Put {
		t.Errorf("expected hedgedoc to be looked at again, and nothing put, found %+v", r)
	}
}

// TestOverviewIsSmall: what a phone loads of the front page of an installation with 500 recipes.
func TestOverviewIsSmall(t *testing.T) {
	const most = 300 << 10
	if n := overviewSize(t, 500, 40); n > most {
		t.Errorf("overview of 500 recipes, compressed: expected at most %d bytes, found %d", most, n)
	}
}

// overviewSize is how large the front page is on its way to a browser.
func overviewSize(tb testing.TB, recipes, runs int) int {
	tb.Helper()
	s := &state{Made: made}
	for i := range recipes {
		random := rand.New(rand.NewPCG(1, uint64(i)))
		var all []ledger.Entry
		for n := range runs {
			r := stock.Run(random, stock.Name(i), n, newest.Add(-time.Duration(runs-1-n)*31*time.Hour))
			all = append(all, ledger.EntryOf(r))
		}
		s.Recipes = append(s.Recipes, rowOf(stock.Name(i), records(all), newest))
	}
	page, err := overviewFiles(s)
	if err != nil {
		tb.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(page["index.html"]); err != nil {
		tb.Fatal(err)
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return packed.Len()
}

// BenchmarkBuild is a full build of so many recipes with 40 runs each, and a build after one new run.
func BenchmarkBuild(bench *testing.B) {
	for _, recipes := range []int{10, 100, 500} {
		bench.Run(fmt.Sprint(recipes), func(bench *testing.B) { benchBuild(bench, recipes, 40) })
	}
}

func benchBuild(bench *testing.B, recipes, runs int) {
	for bench.Loop() {
		bench.StopTimer()
		b, store := builder(bench, recipes, runs)
		debug.FreeOSMemory()
		peak, used := watchMemory(), processorTime(bench)
		bench.StartTimer()
		build(bench, b)
		bench.StopTimer()
		bench.ReportMetric((processorTime(bench)-used).Seconds()*1e3, "ms-cpu")
		bench.ReportMetric(float64(peak())/(1<<20), "MB-sys")
		var spent time.Duration
		const times = 10
		for n := range times {
			add(bench, store, "hedgedoc", n)
			began := time.Now()
			if r := build(bench, b); len(r.Drawn) != 1 {
				bench.Fatalf("expected one recipe drawn, found %+v", r)
			}
			spent += time.Since(began)
		}
		bench.ReportMetric(float64(spent.Microseconds())/1e3/times, "ms/rebuild")
		bench.StartTimer()
	}
	bench.ReportMetric(float64(recipes*runs), "runs")
	bench.ReportMetric(float64(overviewSize(bench, recipes, runs))/(1<<10), "KB-overview")
}

// processorTime is what this process has used so far: on a busy machine it says more than the clock.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// watchMemory gives, when asked, the most that Go has held of the system's memory since.
func watchMemory() (peak func() uint64) {
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		var highest uint64
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			highest = max(highest, m.Sys-m.HeapReleased)
			select {
			case <-stop:
				most <- highest
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 { close(stop); return <-most }
}

// newRandom gives a source of its own, always the same.
func newRandom() *rand.Rand { return rand.New(rand.NewPCG(3, 4)) }
