package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// run makes a finished run's folder as a driver leaves it, and one thing that must not leave it.
func run(t *testing.T, edit func(*result.Result)) string {
	t.Helper()
	r := result.Result{
		Schema: 1, ID: "20261123-043500-0a1b2c3d", Recipe: "notes", Outcome: result.Pass, Level: &result.Level{Reached: 5},
		Started: time.Date(2026, 11, 23, 4, 35, 0, 0, time.UTC), Ended: time.Date(2026, 11, 23, 4, 36, 0, 0, time.UTC),
		Build: &result.Build{Key: "4711", Repository: "org/cc-ci", Number: 17},
	}
	if edit != nil {
		edit(&r)
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, content := range map[string]string{
		"result.json": string(b), "junit.xml": "<testsuites/>", "report.html": "<!doctype html>",
		"log/install": "hello\n", "evidence/a/page.png": "png", "sidecar.json": "{}", "abra/secret": "s",
	} {
		put(t, filepath.Join(folder, name), content)
	}
	return folder
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T) Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "results"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// tree lists all files below a folder.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			found = append(found, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

var whole = []string{".keys/4711"}

func TestPublish(t *testing.T) {
	s := open(t)
	folder := run(t, nil)
	for range 2 { // the second time changes nothing
		if _, err := s.Publish(folder); err != nil {
			t.Fatal(err)
		}
		at := "notes/20261123-043500-0a1b2c3d/"
		want := append(whole, at+"evidence/a/page.png", at+"junit.xml", at+"log/install", at+"report.html", at+"result.json")
		if got := tree(t, s.Dir()); !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	if recipes, err := s.Recipes(); err != nil || !slices.Equal(recipes, []string{"notes"}) {
		t.Errorf("recipes: %q, %v", recipes, err)
	}
	if r, err := s.OfKey("4711"); err != nil || r.ID != "20261123-043500-0a1b2c3d" {
		t.Errorf("by key: %v, %v", r.ID, err)
	}
	for _, key := range []string{"4712", "../4711", ""} {
		if _, err := s.OfKey(key); !errors.Is(err, ErrNone) {
			t.Errorf("key %q: %v", key, err)
		}
	}
	info, err := os.Stat(filepath.Join(s.Folder("notes", "20261123-043500-0a1b2c3d"), "result.json"))
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode: %v, %v", info.Mode(), err)
	}
}

// Every row is a folder that is not taken, or not whole.
func TestPublishRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		edit  func(*result.Result)
		spoil func(folder string)
		want  error
		text  string
	}{
		{"another result of the run", func(r *result.Result) { r.Reason = "other" }, nil, ErrTaken, ""},
		{"another run of the key", func(r *result.Result) { r.ID = "20261123-050000-0a1b2c3d" }, nil, ErrTaken, "4711"},
		{"an id that climbs", func(r *result.Result) { r.ID = "../../x" }, nil, nil, "a run's id"},
		{"a recipe that hides", func(r *result.Result) { r.Recipe = ".keys" }, nil, nil, "a recipe"},
		{"a key that climbs", func(r *result.Result) { r.ID, r.Build.Key = "20261123-050000-0a1b2c3e", "../x" }, nil, nil, "build.key"},
		{"half a result", nil, func(f string) { os.Truncate(filepath.Join(f, "result.json"), 20) }, nil, "truncated"},
		{"no result", nil, func(f string) { os.Remove(filepath.Join(f, "result.json")) }, os.ErrNotExist, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			if _, err := s.Publish(run(t, nil)); err != nil {
				t.Fatal(err)
			}
			before := tree(t, s.Dir())
			folder := run(t, c.edit)
			if c.spoil != nil {
				c.spoil(folder)
			}
			_, err := s.Publish(folder)
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %v, want %v %q", err, c.want, c.text)
			}
			if after := tree(t, s.Dir()); !slices.Equal(before, after) {
				t.Errorf("the store changed: %q", after)
			}
		})
	}
}

// What is too large or a link stays behind by name; the rest is published.
func TestLeftOut(t *testing.T) {
	s := open(t)
	folder := run(t, nil)
	put(t, filepath.Join(folder, "log", "large"), "")
	if err := os.Truncate(filepath.Join(folder, "log", "large"), maxFile+1); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(folder, "evidence", "link")); err != nil {
		t.Fatal(err)
	}
	r, err := s.Publish(folder)
	if err != nil {
		t.Fatal(err)
	}
	at := s.Folder(r.Recipe, r.ID)
	b, err := os.ReadFile(filepath.Join(at, leftOut))
	if err != nil || !strings.Contains(string(b), "log/large\nevidence/link\n") {
		t.Errorf("got %q, %v", b, err)
	}
	if got := tree(t, at); slices.Contains(got, "log/large") || slices.Contains(got, "evidence/link") || !slices.Contains(got, "log/install") {
		t.Errorf("got %q", got)
	}
}

// Five failures after two passes, of which three stay whole and one more thin: the newer
// pass stays as it is, the older one goes.
func TestPrune(t *testing.T) {
	s := open(t)
	for i := range 7 {
		_, err := s.Publish(run(t, func(r *result.Result) {
			r.ID, r.Build.Key = fmt.Sprintf("20261123-0435%02d-0a1b2c3d", i), fmt.Sprint(i)
			if i > 1 {
				r.Outcome = result.Fail
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Prune("notes", Keep{Runs: 4, Whole: 3}); err != nil {
		t.Fatal(err)
	}
	var got []string
	runs, _ := s.Runs("notes")
	for _, r := range runs {
		_, err := os.Stat(filepath.Join(s.Folder("notes", r), "log"))
		got = append(got, fmt.Sprintf("%s %t", r[13:15], err == nil))
	}
	if want := []string{"06 true", "05 true", "04 true", "03 false", "01 true"}; !slices.Equal(got, want) {
		t.Errorf("runs and whether they have logs: got %q, want %q", got, want)
	}
	if _, err := s.OfKey("0"); !errors.Is(err, ErrNone) {
		t.Errorf("the key of a removed run: %v", err)
	}
	if left := tree(t, filepath.Join(s.Dir(), coming)); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}
