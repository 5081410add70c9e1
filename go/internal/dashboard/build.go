package dashboard

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"sync"
	"time"

	"coopcloud.tech/cc-ci/internal/generation"
	"coopcloud.tech/cc-ci/internal/ledger"
)

// Place is the folder of the site below which each recipe has its own.
const Place = "recipe"

// Builder keeps a site up to date with a results store. Build and Run may be called by
// several goroutines; of Build one runs at a time.
type Builder struct {
	Store fs.FS            // <recipe>/<run>/result.json; as os.Root.FS no link leads out of it
	Site  *generation.Site // where the pages go
	URL   string           // the site's public address, for badges to copy; empty leaves them out
	Now   func() time.Time // time.Now where nil

	mu   sync.Mutex
	last *state // in force; nil: not read yet
}

// state is what overview.json holds: the overview for machines, and for the next Build.
type state struct {
	Made     string   `json:"made"` // by which version of the pages
	Recipes  []Row    `json:"recipes"`
	Enrolled []string `json:"enrolled,omitempty"` // sorted
	Queue    []Job    `json:"queue,omitempty"`
}

// Job is a build that waits or runs.
type Job struct {
	Number  int64     `json:"number"`
	Recipe  string    `json:"recipe"`
	Commit  string    `json:"commit,omitempty"`
	PR      int       `json:"pr,omitempty"`
	Running bool      `json:"running"`
	Since   time.Time `json:"since"` // when it started, or was asked for
	Link    string    `json:"link,omitempty"`
}

// Report says what a Build did.
type Report struct {
	Recipes int      // in the overview
	Drawn   []string // recipes whose pages were made anew
	Put     bool     // whether a new site was put in force
}

// settled is how old a folder's time must be to be trusted: what is published within the
// same tick of the clock after it was read would not change it again.
const settled = 2 * time.Second

// Build brings the site up to date. enrolled are the recipes to show beside those that
// have results; jobs are what runs and waits.
func (b *Builder) Build(ctx context.Context, enrolled []string, jobs []Job) (Report, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.last == nil {
		b.last = b.read()
	}
	names, err := ledger.Names(b.Store, ".")
	if err != nil {
		return Report{}, err
	}
	rows, drawn, err := b.rows(ctx, merge(names, enrolled))
	if err != nil {
		return Report{}, err
	}
	next := &state{Made: made, Recipes: rows, Enrolled: merge(enrolled), Queue: jobs}
	put, err := b.put(next)
	if err == nil {
		b.last = next
	}
	return Report{len(rows), drawn, put}, err
}

// merge gives all valid names, each once, in order.
func merge(lists ...[]string) []string {
	all := slices.DeleteFunc(slices.Concat(lists...), func(name string) bool { return !ledger.Valid(name) })
	slices.Sort(all)
	return slices.Compact(all)
}

// rows gives each recipe's row: the one in force where nothing changed, else a new one,
// with its pages on disk.
func (b *Builder) rows(ctx context.Context, names []string) ([]Row, []string, error) {
	old := map[string]Row{}
	for _, row := range b.last.Recipes {
		old[row.Recipe] = row
	}
	var (
		rows  = make([]Row, len(names))
		fails = make([]error, len(names))
		drawn []string
		work  = make(chan int)
		all   sync.WaitGroup
	)
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := range work {
				rows[i], fails[i] = b.draw(names[i], old[names[i]])
			}
		})
	}
	for i, name := range names {
		row, ok := old[name]
		if ok && ctx.Err() == nil && b.unchanged(row) {
			rows[i] = row
			continue
		}
		drawn = append(drawn, name)
		work <- i
	}
	close(work)
	all.Wait()
	if err := cmp.Or(ctx.Err(), cmp.Or(fails...)); err != nil {
		return nil, nil, err
	}
	return rows, drawn, nil
}

// unchanged tells whether nothing was published or removed, and no run left the rates' window.
func (b *Builder) unchanged(row Row) bool {
	if !row.Rates.Until.IsZero() && !b.now().Before(row.Rates.Until) {
		return false
	}
	seen, exists := b.changed(row.Recipe)
	return !exists && row.Latest == nil || exists && row.Seen != 0 && row.Seen == seen
}

// changed gives when a recipe's folder last changed.
func (b *Builder) changed(recipe string) (nanoseconds int64, exists bool) {
	info, err := fs.Stat(b.Store, recipe)
	if err != nil {
		return 0, false
	}
	return info.ModTime().UnixNano(), true
}

// draw reads what is new of a recipe and puts its pages on disk.
func (b *Builder) draw(name string, old Row) (Row, error) {
	now := b.now()
	seen, _ := b.changed(name) // before its runs are listed: what comes later changes it again
	known := map[string]ledger.Entry{}
	if old.Part != "" {
		for _, r := range b.history(path.Join("parts", old.Part)) {
			known[r.Run] = r.Entry
		}
	}
	runs, err := ledger.Names(b.Store, name)
	if err != nil {
		return Row{}, err
	}
	entries := make([]ledger.Entry, 0, len(runs))
	for _, run := range runs {
		e, ok := known[run]
		if !ok || e.Unreadable != "" {
			e = ledger.EntryAt(b.Store, name, run)
		}
		entries = append(entries, e)
	}
	ledger.Sort(entries)
	all := records(entries)
	row := rowOf(name, all, now)
	files, err := b.recipeFiles(row, all)
	if err != nil {
		return Row{}, fmt.Errorf("page of %s: %w", name, err)
	}
	if row.Part, err = b.Site.Part(name, files); err != nil {
		return Row{}, err
	}
	if now.Sub(time.Unix(0, seen)) > settled {
		row.Seen = seen
	}
	return row, nil
}

// put puts next in force, unless nobody would see a difference.
func (b *Builder) put(next *state) (bool, error) {
	if same(b.last, next) {
		return false, nil
	}
	files, err := overviewFiles(next)
	if err != nil {
		return false, fmt.Errorf("overview: %w", err)
	}
	parts := map[string]string{}
	for _, row := range next.Recipes {
		parts[row.Recipe] = row.Part
	}
	return true, b.Site.Put(files, Place, parts)
}

// same compares two states by what is drawn of them.
func same(a, b *state) bool {
	return a.Made == b.Made && slices.Equal(a.Enrolled, b.Enrolled) && slices.Equal(a.Queue, b.Queue) &&
		slices.EqualFunc(a.Recipes, b.Recipes, func(x, y Row) bool { return x.Recipe == y.Recipe && x.Part == y.Part && x.Rates == y.Rates })
}

func (b *Builder) now() time.Time {
	if b.Now != nil {
		return b.Now()
	}
	return time.Now()
}

// read gives the state in force; one of another version of the pages, or none, is empty.
func (b *Builder) read() *state {
	s := &state{}
	data, err := b.file(path.Join(generation.Current, "overview.json"))
	if err != nil || json.Unmarshal(data, s) != nil || s.Made != made {
		return &state{}
	}
	return s
}

// history reads what a recipe's page keeps of its runs, oldest first; nothing where it can't be read.
func (b *Builder) history(folder string) []Record {
	var all []Record
	data, err := b.file(path.Join(folder, "history.json"))
	if err != nil || json.Unmarshal(data, &all) != nil {
		return nil
	}
	return all
}
