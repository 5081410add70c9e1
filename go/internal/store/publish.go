package store

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// Publish copies a finished run's folder into the store and gives its result. Only the
// parts that are meant for it leave the folder. Publishing it again changes nothing;
// ErrTaken where the place is taken by another result.
func (s Store) Publish(folder string) (result.Result, error) {
	r, err := report.Load(filepath.Join(folder, "result.json"))
	if err != nil {
		return r, fmt.Errorf("publish: %w", err)
	}
	err = s.bring(func(into *os.Root) error { return copyParts(folder, into) })
	if err != nil {
		return r, fmt.Errorf("publish %s/%s: %w", r.Recipe, r.ID, err)
	}
	return r, nil
}

func copyParts(folder string, into *os.Root) error {
	from, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer from.Close()
	taken, omitted, err := parts(from.FS())
	if err != nil {
		return err
	}
	for _, p := range taken {
		if err := copyPart(from, into, p); err != nil {
			return err
		}
	}
	return noteOmitted(into, omitted)
}

func copyPart(from, into *os.Root, p part) error {
	f, err := from.Open(p.name)
	if err != nil {
		return err
	}
	defer f.Close()
	return write(into, p.name, p.size, f)
}

func noteOmitted(into *os.Root, omitted []string) error {
	if len(omitted) == 0 {
		return nil
	}
	text := fmt.Sprintf("over the bounds of one run (%d bytes a file, %d in all, %d files), or no plain file:\n%s\n",
		maxFile, maxRun, maxFiles, strings.Join(omitted, "\n"))
	return write(into, leftOut, int64(len(text)), strings.NewReader(text))
}

// bring lets fill make a run's folder in a place of its own and moves it to where its
// result says that it belongs.
func (s Store) bring(fill func(*os.Root) error) error {
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	tmp := path.Join(coming, "run-"+rand.Text())
	if err := root.Mkdir(tmp, 0o700); err != nil {
		return err
	}
	defer root.RemoveAll(tmp) // what was moved is no longer there
	r, err := filled(root, tmp, fill)
	if err != nil {
		return err
	}
	if err := belongAll(root, tmp); err != nil {
		return err
	}
	if err := settle(root, r, tmp); err != nil {
		return err
	}
	return s.Prune(r.Recipe, defaultKeep)
}

// filled lets fill make a folder, and gives the result that lies in it then.
func filled(root *os.Root, name string, fill func(*os.Root) error) (result.Result, error) {
	into, err := root.OpenRoot(name)
	if err != nil {
		return result.Result{}, err
	}
	defer into.Close()
	if err := fill(into); err != nil {
		return result.Result{}, err
	}
	return load(into)
}

// load reads the result in a run's folder.
func load(folder *os.Root) (result.Result, error) {
	f, err := folder.Open("result.json")
	if err != nil {
		return result.Result{}, err
	}
	defer f.Close()
	return report.Read(f, f.Name())
}

// settle writes the key before the folder appears: a kill in between leaves a key that
// leads to nothing, which the next try puts right.
func settle(root *os.Root, r result.Result, tmp string) error {
	if err := placeable(r); err != nil {
		return err
	}
	if err := errors.Join(root.MkdirAll(r.Recipe, 0o755), belong(root, r.Recipe)); err != nil {
		return err
	}
	if err := claim(root, r); err != nil {
		return err
	}
	final := path.Join(r.Recipe, r.ID)
	err := root.Rename(tmp, final)
	if err == nil {
		return nil
	}
	if _, there := root.Stat(final); there == nil {
		return same(root, tmp, final)
	}
	return err
}

// ahead is how far a run may lie in the future: no more than two clocks differ.
const ahead = time.Hour

// now is a variable for tests.
var now = time.Now

// placeable refuses a result that has no place among the others. Runs are shown by their time: one from the future would
// stand before all that come after it, green or red.
func placeable(r result.Result) error {
	if !recipeForm.MatchString(r.Recipe) || !runForm.MatchString(r.ID) {
		return fmt.Errorf("result.json: expected a recipe and a run's id, found %.120q and %.120q", r.Recipe, r.ID)
	}
	began, err := time.Parse("20060102-150405", r.ID[:len("20060102-150405")])
	if err != nil {
		return fmt.Errorf("result.json: expected an id that begins with a time, found %q", r.ID)
	}
	if limit := now().Add(ahead); began.After(limit) || r.Started.After(limit) {
		return fmt.Errorf("result.json: expected a run that has begun, found %s of %s; is a clock wrong?", r.ID, r.Started.UTC().Format(time.RFC3339))
	}
	return nil
}

// claim writes where the key's result is. One key has one result, ever.
func claim(root *os.Root, r result.Result) error {
	if r.Build == nil {
		return nil
	}
	if !result.ValidKey(r.Build.Key) {
		return fmt.Errorf("result.json: build.key: expected small letters, digits and dashes, found %.160q", r.Build.Key)
	}
	recipe, run, err := place(root.FS(), r.Build.Key)
	if err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	if err == nil && recipe == r.Recipe && run == r.ID {
		return nil
	}
	if _, there := root.Stat(path.Join(recipe, run)); err == nil && there == nil {
		return fmt.Errorf("%w: %s/%s has the key %s", ErrTaken, recipe, run, r.Build.Key)
	}
	tmp := path.Join(coming, "key-"+rand.Text())
	err = root.WriteFile(tmp, []byte(r.Recipe+"/"+r.ID+"\n"), 0o644)
	if err == nil {
		err = belong(root, tmp)
	}
	if err == nil {
		err = root.Rename(tmp, path.Join(keys, r.Build.Key))
	}
	if err != nil {
		return errors.Join(err, root.RemoveAll(tmp))
	}
	return nil
}

// same gives ErrTaken where what is there is not what was to be published.
func same(root *os.Root, tmp, final string) error {
	a, err := root.ReadFile(path.Join(tmp, "result.json"))
	if err != nil {
		return err
	}
	b, err := root.ReadFile(path.Join(final, "result.json"))
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return ErrTaken
	}
	return nil
}
