package web

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/dashboard"
	"coopcloud.tech/cc-ci/internal/dashboard/stock"
	"coopcloud.tech/cc-ci/internal/generation"
)

// served is a server over a store with one recipe, whose newest run has hostile files.
type served struct {
	http.Handler
	store, site, run string
	came             int
}

func serve(t *testing.T, receive Receiver) *served {
	t.Helper()
	dir := t.TempDir()
	s := &served{store: filepath.Join(dir, "store"), site: filepath.Join(dir, "site")}
	if err := stock.Fill(s.store, stock.Shape{Recipes: 1, Runs: 3, Newest: time.Now()}); err != nil {
		t.Fatal(err)
	}
	runs, err := os.ReadDir(filepath.Join(s.store, "hedgedoc"))
	if err != nil {
		t.Fatal(err)
	}
	s.run = runs[2].Name()
	s.evil(t)
	store, err := os.OpenRoot(s.store)
	if err != nil {
		t.Fatal(err)
	}
	g, err := generation.Open(s.site)
	if err != nil {
		t.Fatal(err)
	}
	site, err := os.OpenRoot(s.site)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close(); site.Close(); g.Close() })
	b := &dashboard.Builder{Store: store.FS(), Site: g}
	if _, err := b.Build(t.Context(), nil, nil); err != nil {
		t.Fatal(err)
	}
	server := &Server{Site: site, Store: store, Pages: b, Receive: receive, Came: func() { s.came++ }, Log: slog.New(slog.DiscardHandler)}
	s.Handler = server.Handler()
	return s
}

// evil puts into the newest run what a hostile recipe or runner might.
func (s *served) evil(t *testing.T) {
	t.Helper()
	at := filepath.Join(s.store, "hedgedoc", s.run)
	big, err := os.Create(filepath.Join(at, "log", "backup"))
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		big.Truncate(pageLimit+1), big.Close(),
		os.Mkdir(filepath.Join(at, "evidence"), 0o755),
		os.WriteFile(filepath.Join(at, "evidence", "page.html"), []byte("<script>alert(1)</script>"), 0o644),
		os.WriteFile(filepath.Join(at, "evidence", "fake.png"), []byte("<svg onload=alert(1)>"), 0o644),
		os.WriteFile(filepath.Join(at, "evidence", "real.png"), []byte("\x89PNG\r\n\x1a\n...."), 0o644),
		os.WriteFile(filepath.Join(at, "report.html"), []byte("<script>alert(1)</script>"), 0o644),
		os.WriteFile(filepath.Join(at, "run.json"), []byte("private"), 0o644),
		os.Symlink("/etc/passwd", filepath.Join(at, "evidence", "out.txt")),
		os.Symlink("../result.json", filepath.Join(at, "evidence", "in.txt")),
		os.Symlink("/etc", filepath.Join(s.store, "linked")),
	)
	if err != nil {
		t.Fatal(err)
	}
}

func (s *served) get(path string, header ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, "http://ci.example.org/", nil)
	r.URL.Path = path
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAddresses(t *testing.T) {
	s := serve(t, nil)
	run := "/recipe/hedgedoc/" + s.run + "/"
	for _, tt := range []struct {
		path   string
		status int
		kind   string
	}{
		{"/", 200, "text/html; charset=utf-8"},
		{"/" + dashboard.Sheet, 200, "text/css; charset=utf-8"},
		{"/overview.json", 200, "application/json"},
		{"/icon.svg", 200, "image/svg+xml"},
		{"/healthz", 200, "text/plain; charset=utf-8"},
		{"/recipe/hedgedoc/", 200, "text/html; charset=utf-8"},
		{"/recipe/hedgedoc", 301, ""},
		{"/recipe/hedgedoc/badge.svg", 200, "image/svg+xml"},
		{"/recipe/hedgedoc/badge.json", 200, "application/json"},
		{"/recipe/hedgedoc/history.json", 200, "application/json"},
		{run, 200, "text/html; charset=utf-8"},
		{strings.TrimSuffix(run, "/"), 301, ""},
		{run + "result.json", 200, "application/json"},
		{run + "log/install", 200, "text/plain; charset=utf-8"},
		{run + "log/backup", 200, "text/plain; charset=utf-8"},
		{run + "evidence/real.png", 200, "image/png"},
		{run + "evidence/fake.png", 200, "application/octet-stream"},
		{run + "evidence/page.html", 200, "text/plain; charset=utf-8"},
		{run + "report.html", 200, "text/html; charset=utf-8"},

		{run + "evidence/out.txt", 404, ""},
		{run + "evidence/in.txt", 404, ""},
		{run + "evidence", 404, ""},
		{run + "run.json", 404, ""},
		{run + "../../../../../etc/passwd", 404, ""},
		{run + "log/../run.json", 404, ""},
		{"/recipe/linked/passwd", 404, ""},
		{"/recipe/linked/ssl/certs", 404, ""},
		{"/recipe/hedgedoc/nothing/", 404, ""},
		{"/../state", 404, ""},
		{"/.lock", 404, ""},
		{"/recipe/.keys/x", 404, ""},
		{"/parts/", 404, ""},
		{"/a\x00b", 404, ""},
		{"/upload", 404, ""},
	} {
		t.Run(tt.path, func(t *testing.T) {
			r := s.get(tt.path)
			if r.StatusCode == http.StatusTemporaryRedirect || r.StatusCode == http.StatusMovedPermanently && tt.status == 404 {
				r = s.get(r.Header.Get("Location")) // a path that is not clean
			}
			if r.StatusCode != tt.status || tt.kind != "" && r.Header.Get("Content-Type") != tt.kind {
				t.Errorf("expected %d %s, found %d %s", tt.status, tt.kind, r.StatusCode, r.Header.Get("Content-Type"))
			}
			policy := r.Header.Get("Content-Security-Policy")
			if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "script") || r.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("expected a policy without script and nosniff, found %q", policy)
			}
		})
	}
}

func TestForeignFilesAreInert(t *testing.T) {
	s := serve(t, nil)
	run := "/recipe/hedgedoc/" + s.run + "/"
	for _, file := range []string{"report.html", "result.json", "evidence/page.html", "evidence/fake.png", "log/install"} {
		if policy := s.get(run + file).Header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "; sandbox") {
			t.Errorf("%s: expected a sandbox, found %q", file, policy)
		}
	}
	if d := s.get(run + "evidence/fake.png").Header.Get("Content-Disposition"); d != "attachment" {
		t.Errorf("an image that is none: expected a download, found %q", d)
	}
}

// TestFilesAreStreamed: a run's file is held in memory only to be compressed, so that many slow readers of it cost none.
func TestFilesAreStreamed(t *testing.T) {
	s := serve(t, nil)
	run := "/recipe/hedgedoc/" + s.run + "/"
	for _, file := range []string{"log/install", "log/backup", "evidence/real.png", "evidence/fake.png"} {
		whole := s.get(run + file)
		part := s.get(run+file, "Range", "bytes=1-3")
		if got, want := body(t, part), body(t, whole)[1:4]; part.StatusCode != http.StatusPartialContent || got != want || whole.Header.Get("ETag") == "" {
			t.Errorf("%s: expected %q of the file on disk, found %d, %q", file, want, part.StatusCode, got)
		}
	}
}

func TestETag(t *testing.T) {
	s := serve(t, nil)
	for _, path := range []string{"/", "/recipe/hedgedoc/", "/recipe/hedgedoc/" + s.run + "/", "/recipe/hedgedoc/" + s.run + "/log/backup"} {
		tag := s.get(path).Header.Get("ETag")
		if r := s.get(path, "If-None-Match", tag, "Accept-Encoding", "gzip"); tag == "" || r.StatusCode != http.StatusNotModified || body(t, r) != "" {
			t.Errorf("%s: expected 304 for %q, found %d", path, tag, r.StatusCode)
		}
		if r := s.get(path, "If-None-Match", `W/"other"`, "Range", "bytes=0-9"); r.StatusCode != 200 && !strings.Contains(path, "log/") {
			t.Errorf("%s: expected 200 for another tag, found %d", path, r.StatusCode)
		}
	}
	for path, want := range map[string]string{"/": "no-cache", "/" + dashboard.Sheet: "public, max-age=31536000, immutable", "/recipe/hedgedoc/badge.svg": "public, max-age=300"} {
		if got := s.get(path).Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control: expected %q, found %q", path, want, got)
		}
	}
}

func TestCompression(t *testing.T) {
	s := serve(t, nil)
	plain := body(t, s.get("/"))
	for header, packed := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "*": true, "": false, "br": false, "gzip;q=0": false, "gzip;q=0.0": false} {
		r := s.get("/", "Accept-Encoding", header)
		got := body(t, r)
		if (r.Header.Get("Content-Encoding") == "gzip") != packed {
			t.Errorf("%q: expected compressed %t, found %q", header, packed, r.Header.Get("Content-Encoding"))
			continue
		}
		if packed {
			z, err := gzip.NewReader(bytes.NewReader([]byte(got)))
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(z)
			if got = string(b); err != nil {
				t.Fatal(err)
			}
		}
		if got != plain {
			t.Errorf("%q: expected the same page", header)
		}
	}
}

func TestMethods(t *testing.T) {
	s := serve(t, nil)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(method, "/recipe/hedgedoc/", strings.NewReader("x")))
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: expected 405, found %d", method, w.Code)
		}
	}
}
