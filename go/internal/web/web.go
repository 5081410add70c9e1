// Package web serves what package dashboard makes, behind a proxy that ends TLS: pages,
// badges, the files of a run, and the door for uploads of other runner hosts (U6).
//
//	/                               the site in force
//	/recipe/<recipe>/...            a recipe's page, badges, history.json
//	/recipe/<recipe>/<run>/         a run's page, drawn when it is asked for
//	/recipe/<recipe>/<run>/<file>   result.json, junit.xml, report.html, log/..., evidence/...
//	/upload                         signed uploads (POST), where there is a Receiver
//	/healthz                        200 while it serves
//
// Contract: read only but for /upload. Nothing that a recipe or a runner wrote can act in
// a visitor's browser: pages carry a policy that allows no script at all; a run's files are
// served as plain text, as an image that was recognised by its bytes, or as a download.
// Every file is opened through an os.Root: no path and no link leads out. Pages carry an
// ETag of their content and are asked for again each time; what never changes says so.
//
// Limits: text up to pageLimit is compressed (gzip) for those who take it so; a run's other files are streamed as they are.
package web

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path"
	"strings"

	"coopcloud.tech/cc-ci/internal/dashboard"
	"coopcloud.tech/cc-ci/internal/generation"
	"coopcloud.tech/cc-ci/internal/ledger"
)

// Pages draws the page of one run: dashboard.Builder.
type Pages interface {
	// Run's error is fs.ErrNotExist where there is no such run.
	Run(w io.Writer, recipe, run string) error
}

// Receiver takes an upload and gives the status to answer with, and an error for the log.
type Receiver func(*http.Request) (int, error)

// Server answers requests.
type Server struct {
	Site    *os.Root // with the generations
	Store   *os.Root // with the results
	Pages   Pages
	Receive Receiver // nil: no uploads
	Came    func()   // called after an upload was published; may be nil
	Log     *slog.Logger

	drawing chan struct{} // bounds how many run pages are drawn at once
	packed  packed
}

// Handler gives the server as a handler. It is called once.
func (s *Server) Handler() http.Handler {
	s.drawing = make(chan struct{}, 4)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	if s.Receive != nil {
		mux.HandleFunc("POST /upload", s.upload)
	}
	mux.HandleFunc("GET /", s.get)
	return headers(mux)
}

// headers are those of every answer.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	status, err := s.Receive(r)
	if err != nil {
		s.Log.Warn("upload refused", "status", status, "error", err)
	}
	if status == http.StatusCreated && s.Came != nil {
		s.Came()
	}
	w.WriteHeader(status)
}

// get finds what an address means.
func (s *Server) get(w http.ResponseWriter, r *http.Request) {
	p := strings.TrimPrefix(r.URL.Path, "/")
	if clean := path.Clean(p); p != "" && clean != strings.TrimSuffix(p, "/") || hidden(p) {
		notFound(w)
		return
	}
	part := strings.SplitN(p, "/", 4)
	if len(part) >= 3 && part[0] == dashboard.Place && s.isRun(part[1], part[2]) {
		switch {
		case len(part) == 3:
			slash(w, r)
		case part[3] == "":
			s.run(w, r, part[1], part[2])
		default:
			s.file(w, r, path.Join(part[1], part[2]), part[3])
		}
		return
	}
	s.page(w, r, p)
}

// hidden tells whether a part of the path is hidden, empty within, or climbs.
func hidden(p string) bool {
	return strings.HasPrefix(p, ".") || strings.Contains(p, "/.") || strings.Contains(p, "//") || strings.ContainsAny(p, "\\\x00")
}

func (s *Server) isRun(recipe, run string) bool {
	if !ledger.Valid(recipe) || !ledger.Valid(run) {
		return false
	}
	info, err := s.Store.Lstat(path.Join(recipe, run))
	return err == nil && info.IsDir()
}

func slash(w http.ResponseWriter, r *http.Request) {
	// Relative, so that it holds below any prefix that the proxy strips.
	http.Redirect(w, r, "./"+path.Base(r.URL.Path)+"/", http.StatusMovedPermanently)
}

func notFound(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-cache")
	http.Error(w, "There is no such page.", http.StatusNotFound)
}

// page serves a file of the site in force.
func (s *Server) page(w http.ResponseWriter, r *http.Request, p string) {
	if p == "" || strings.HasSuffix(p, "/") {
		p += "index.html"
	}
	body, err := s.read(p)
	if err != nil { // once more: two sites may have been put in force while it was looked for
		body, err = s.read(p)
	}
	var folder folderError
	switch {
	case errors.As(err, &folder):
		slash(w, r)
		return
	case errors.Is(err, fs.ErrNotExist):
		notFound(w)
		return
	case err != nil:
		s.fail(w, err)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	switch {
	case p == dashboard.Sheet:
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	case path.Ext(p) == ".svg", path.Ext(p) == ".json":
		h.Set("Cache-Control", "public, max-age=300") // badges are embedded elsewhere
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	s.send(w, r, kinds[path.Ext(p)], body)
}

// kinds are the types of the site's own files.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".json": "application/json", ".txt": "text/plain; charset=utf-8",
}

type folderError struct{ error }

func (s *Server) read(p string) ([]byte, error) {
	f, err := s.Site.Open(path.Join(generation.Current, p))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return nil, folderError{err}
	}
	return io.ReadAll(f)
}

func (s *Server) fail(w http.ResponseWriter, err error) {
	s.Log.Error("request", "error", err)
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, "The page can't be shown just now.", http.StatusInternalServerError)
}
