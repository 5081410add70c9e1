package report

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/result"
)

// folder makes a result's folder on disk and opens it as callers are told to.
func folder(t *testing.T) (dir string, root *os.Root) {
	t.Helper()
	dir = t.TempDir()
	for _, sub := range []string{"log", "evidence"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return dir, root
}

func TestPageShowsTheEndOfAHugeLog(t *testing.T) {
	dir, root := folder(t)
	f, err := os.Create(filepath.Join(dir, "log", "install"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(100 << 20); err != nil { // a hole: costs no disk
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("\n"+strings.Repeat("a line\n", 400)+"the last line\n"), 100<<20); err != nil {
		t.Fatal(err)
	}
	r := base()
	r.Stages = stages(stage("install", result.Pass, 0))
	got := page(t, sample{r, root.FS()})
	for _, want := range []string{"Log, its last 300 lines", "the last line", `id="stage-1-log-300"`} {
		if !strings.Contains(got, want) {
			t.Errorf("page: expected %q", want)
		}
	}
	if len(got) > 100_000 {
		t.Errorf("page: expected at most 100000 bytes, found %d", len(got))
	}
}

func TestPageFollowsNoLinkOut(t *testing.T) {
	dir, root := folder(t)
	secret := filepath.Join(t.TempDir(), "secret.png")
	if err := os.WriteFile(secret, pixel, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"evidence/a.png", "log/install"} {
		if err := os.Symlink(secret, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	r := base()
	r.Stages = stages(stage("install", result.Pass, 0))
	r.Stages[0].Evidence = []result.Evidence{{Kind: screenshot, File: "evidence/a.png"}}
	got := page(t, sample{r, root.FS()})
	if strings.Contains(got, "data:image") || strings.Contains(got, "PNG") {
		t.Error("page: a link out of the folder was followed")
	}
	if !strings.Contains(got, "not shown: ") {
		t.Error("page: expected it to say that the picture is missing, and why")
	}
}

func TestPageLimitsPictures(t *testing.T) {
	dir, root := folder(t)
	r := base()
	s := stage("install", result.Pass, 0)
	for _, f := range []struct {
		name string
		size int
	}{{"1.png", maxPicture}, {"2.png", maxPicture + 1}, {"3.png", maxPicture}, {"4.png", maxPicture}, {"5.png", maxPicture}, {"6.png", maxPicture}, {"7.png", maxPicture}, {"8.png", len(pixel)}} {
		b := append(bytes.Clone(pixel), make([]byte, f.size-len(pixel))...)
		if err := os.WriteFile(filepath.Join(dir, "evidence", f.name), b, 0o600); err != nil {
			t.Fatal(err)
		}
		s.Evidence = append(s.Evidence, result.Evidence{Kind: screenshot, File: "evidence/" + f.name})
	}
	r.Stages = stages(s)
	got := page(t, sample{r, root.FS()})
	for _, want := range []string{"evidence/2.png is larger than 1048576 bytes", "evidence/8.png would make this page&#39;s pictures larger than 6291456 bytes"} {
		if !strings.Contains(got, want) {
			t.Errorf("page: expected %q", want)
		}
	}
	if n := strings.Count(got, "data:image/png"); n != 6 {
		t.Errorf("pictures: expected 6, found %d", n)
	}
}
