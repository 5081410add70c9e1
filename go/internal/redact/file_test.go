package redact

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"html"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"testing"
)

func TestFile(t *testing.T) {
	m := New()
	for name, value := range secrets {
		if err := m.Add(name, value); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	page := write(t, dir, "page-k3Jd82hGq0ZxWv5L.html", []byte("<p>"+html.EscapeString(secrets["symbols"])))
	trace := write(t, dir, "trace.zip", zipped(t, map[string]string{
		"trace.trace":                   `{"params":{"value":` + jsonOf(secrets["plain"]) + `}}`,
		"resources/" + secrets["plain"]: url.QueryEscape(secrets["umlaut"]),
		"resources/picture.png":         "\x89PNG\x00\x01",
	}))

	clean, err := m.File(page)
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, clean); filepath.Base(clean) != "page-[secret plain].html" || got != "<p>[secret symbols]" {
		t.Errorf("got %s: %q", clean, got)
	}
	if _, err := m.File(trace); err != nil {
		t.Fatal(err)
	}
	got := unzipped(t, trace)
	want := map[string]string{
		"trace.trace":              `{"params":{"value":"[secret plain]"}}`,
		"resources/[secret plain]": "[secret umlaut]",
		"resources/picture.png":    "\x89PNG\x00\x01",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if files, _ := os.ReadDir(dir); len(files) != 2 {
		t.Errorf("files were left behind: %v", files)
	}
}

func TestFileRefuses(t *testing.T) {
	m, dir := New(), t.TempDir()
	broken := write(t, dir, "trace.zip", []byte("PK\x03\x04 not an archive"))
	link := filepath.Join(dir, "link")
	if err := os.Symlink("/etc/hostname", link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{broken, link, dir, filepath.Join(dir, "none")} {
		if _, err := m.File(path); err == nil {
			t.Errorf("File(%s) gave no error", path)
		}
	}
	left := int64(3)
	b := zipped(t, map[string]string{"bomb": "0123"})
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.member(zip.NewWriter(io.Discard), r.File[0], &left); !errors.Is(err, ErrTooLarge) {
		t.Errorf("an archive over its limit: got %v", err)
	}
}

func write(t *testing.T, dir, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func zipped(t *testing.T, members map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range members {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func unzipped(t *testing.T, path string) map[string]string {
	t.Helper()
	r, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	members := map[string]string{}
	for _, f := range r.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		members[f.Name] = string(b)
		rc.Close()
	}
	return members
}
