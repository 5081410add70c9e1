package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"

	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// name is what a recipe's and a run's folder in a results store may be called: what does
// not look like it is neither read nor linked.
var name = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$`)

// Valid tells whether a recipe or a run can have this name.
func Valid(s string) bool { return name.MatchString(s) }

// Names reports the folders in a folder of a results store: recipes in its root ("."),
// runs in a recipe. Files, links and names that no recipe and no run has are left out.
func Names(store fs.FS, folder string) ([]string, error) {
	list, err := fs.ReadDir(store, folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("results store: %w", err)
	}
	var out []string
	for _, d := range list {
		if d.IsDir() && Valid(d.Name()) {
			out = append(out, d.Name())
		}
	}
	return out, nil
}

// Load reads <recipe>/<run>/result.json of a results store. It must be what its folders
// say it is: a result is never shown under another one's name.
func Load(store fs.FS, recipe, run string) (result.Result, error) {
	at := path.Join(recipe, run, "result.json")
	f, err := store.Open(at)
	if err != nil {
		return result.Result{}, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return result.Result{}, fmt.Errorf("%s: expected a file (%w)", at, cmp.Or(err, fs.ErrInvalid))
	}
	r, err := report.Read(f, at)
	if err == nil && (r.Recipe != recipe || r.ID != run) {
		err = fmt.Errorf("%s: expected the result of recipe %q, run %q, found %q, %q", at, recipe, run, r.Recipe, r.ID)
	}
	return r, err
}

// EntryAt is the Entry of one run of a store; it says so where the result can't be read.
func EntryAt(store fs.FS, recipe, run string) Entry {
	r, err := Load(store, recipe, run)
	if err != nil {
		return Entry{Run: run, Unreadable: line(err.Error(), 300)}
	}
	return EntryOf(r)
}

// Read gives the entries of a recipe's last n runs in a store, oldest first: what FlakeOf
// and PaceOf want as the runs before one. n of zero or less gives all.
func Read(store fs.FS, recipe string, n int) ([]Entry, error) {
	runs, err := Names(store, recipe)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		runs = runs[max(0, len(runs)-n):] // their names begin with the time
	}
	out := make([]Entry, 0, len(runs))
	for _, run := range runs {
		out = append(out, EntryAt(store, recipe, run))
	}
	Sort(out)
	return out, nil
}

// Sort puts entries in the order in which their runs began; those without a time first.
func Sort(list []Entry) {
	slices.SortStableFunc(list, func(a, b Entry) int {
		return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Run, b.Run))
	})
}
