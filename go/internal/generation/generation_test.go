package generation

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func open(t *testing.T) *Site {
	t.Helper()
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// put puts a site of two parts in force whose files all say text.
func put(t *testing.T, s *Site, text string) {
	t.Helper()
	parts := map[string]string{}
	for _, name := range []string{"a", "b"} {
		part, err := s.Part(name, Files{"index.html": []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		parts[name] = part
	}
	if err := s.Put(Files{"index.html": []byte(text)}, "recipe", parts); err != nil {
		t.Fatal(err)
	}
}

// read gives what the site in force says, seen through an os.Root as a server sees it.
func read(root *os.Root) (string, error) {
	var all []string
	for _, name := range []string{"index.html", "recipe/a/index.html", "recipe/b/index.html"} {
		b, err := root.ReadFile(filepath.Join(Current, name))
		if err != nil {
			return "", err
		}
		all = append(all, string(b))
	}
	return strings.Join(all, " "), nil
}

func TestPut(t *testing.T) {
	s := open(t)
	root, err := os.OpenRoot(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, text := range []string{"one", "two", "three", "three", "four"} {
		put(t, s, text)
		if got, err := read(root); err != nil || got != text+" "+text+" "+text {
			t.Fatalf("expected %q, found %q, %v", text, got, err)
		}
	}
	for dir, want := range map[string]int{"gen": 2, "parts": 4} {
		if list, err := os.ReadDir(filepath.Join(s.Dir(), dir)); err != nil || len(list) != want {
			t.Errorf("%s: expected %d, found %v, %v", dir, want, list, err)
		}
	}
}

// TestRecycled puts sites of other files and parts in force one after the other: of what an
// earlier one held nothing stays.
func TestRecycled(t *testing.T) {
	s := open(t)
	for n, want := range [][]string{{"a", "b"}, {"b"}, {"b", "c"}, {"a", "c"}, {}, {"c"}, {"a", "b", "c"}} {
		files, parts := Files{fmt.Sprintf("page-%d/index.html", n%3): []byte(fmt.Sprint(n))}, map[string]string{}
		for _, name := range want {
			part, err := s.Part(name, Files{"index.html": []byte(fmt.Sprintf("%s of %d", name, n/2))})
			if err != nil {
				t.Fatal(err)
			}
			parts[name] = part
		}
		if err := s.Put(files, "recipe", parts); err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(s.Dir(), Current)
		pages, _ := filepath.Glob(filepath.Join(at, "page-*", "*"))
		links, _ := filepath.Glob(filepath.Join(at, "recipe", "*", "index.html"))
		if b, err := os.ReadFile(filepath.Join(at, fmt.Sprintf("page-%d/index.html", n%3))); err != nil || string(b) != fmt.Sprint(n) || len(pages) != 1 {
			t.Errorf("site %d: expected its one page, found %q in %v, %v", n, b, pages, err)
		}
		for _, name := range want {
			if b, err := os.ReadFile(filepath.Join(at, "recipe", name, "index.html")); err != nil || string(b) != fmt.Sprintf("%s of %d", name, n/2) {
				t.Errorf("site %d: %s: found %q, %v", n, name, b, err)
			}
		}
		if len(links) != len(want) {
			t.Errorf("site %d: expected %v, found %v", n, want, links)
		}
	}
}

func TestUnchangedPartIsNotWrittenAgain(t *testing.T) {
	s := open(t)
	put(t, s, "one")
	at, err := filepath.EvalSymlinks(filepath.Join(s.Dir(), Current, "recipe/a/index.html"))
	if err != nil {
		t.Fatal(err)
	}
	old := time.Unix(1, 0)
	if err := os.Chtimes(at, old, old); err != nil {
		t.Fatal(err)
	}
	put(t, s, "one")
	if info, err := os.Stat(at); err != nil || !info.ModTime().Equal(old) {
		t.Errorf("expected the file untouched, found %v, %v", info, err)
	}
	if err := os.WriteFile(at, nil, 0o644); err != nil { // as a power cut leaves it
		t.Fatal(err)
	}
	put(t, s, "one")
	if b, err := os.ReadFile(at); err != nil || string(b) != "one" {
		t.Errorf("expected the torn file whole again, found %q, %v", b, err)
	}
}

func TestOneWriter(t *testing.T) {
	s := open(t)
	if other, err := Open(s.Dir()); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("expected a second writer to be refused, found %v, %v", other, err)
	}
}

// TestKilledWriter kills a writer at many instants: what is in force is always one whole site,
// the next writer goes on from it, and nothing of the killed ones stays.
func TestKilledWriter(t *testing.T) {
	if dir := os.Getenv("GENERATION_TEST_WRITE"); dir != "" {
		s, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; ; i++ {
			put(t, s, fmt.Sprintf("%d-%d", os.Getpid(), i))
		}
	}
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for i := range 12 {
		writer := exec.Command(os.Args[0], "-test.run=^TestKilledWriter$")
		writer.Env = append(os.Environ(), "GENERATION_TEST_WRITE="+dir)
		if err := writer.Start(); err != nil {
			t.Fatal(err)
		}
		first, deadline := watch(root, ""), time.Now().Add(time.Minute)
		for changed := 0; changed <= i*3 && time.Now().Before(deadline); {
			if now := watch(root, first); now != first {
				first, changed = now, changed+1
			}
		}
		if err := writer.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		writer.Wait() //nolint:errcheck // it was killed
		got, err := read(root)
		if f := strings.Fields(got); err != nil || len(f) != 3 || f[0] != f[1] || f[1] != f[2] {
			t.Fatalf("kill %d: expected one whole site, found %q, %v", i, got, err)
		}
	}
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put(t, s, "after")
	put(t, s, "after")
	if list, err := os.ReadDir(filepath.Join(dir, "parts")); err != nil || len(list) != 2 {
		t.Errorf("parts: expected 2, found %v, %v", list, err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 4 {
		t.Errorf("expected .lock, current, gen and parts, found %v, %v", list, err)
	}
}

// watch waits a moment for a site other than the last one, and gives what it sees.
func watch(root *os.Root, last string) string {
	for range 1000 {
		if to, err := root.Readlink(Current); err == nil && to != last {
			return to
		}
	}
	return last
}
