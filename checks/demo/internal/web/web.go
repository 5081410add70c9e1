// Package web serves the notes: pages for people, the same addresses for programs.
//
//	GET  /healthz            version and schema, for anybody
//	GET  /login  POST /login the session cookie
//	GET  /notes              the list, as JSON where the request accepts only that
//	POST /notes              a form (text, tags) or a plain body; 302 to the new note
//	GET  /notes/ID           the note and the form that changes it
//	GET  /notes/ID/raw       its text
//	POST, PUT /notes/ID      a form, or a plain body; POST answers 302, PUT 200
//	GET  /files  POST /files the files; an upload replaces the file of its name
//	GET  /files/NAME         a download
//
// Everything but /healthz, /login and the style wants a session or basic
// authentication. A request that another site's page sends is refused.
package web

import (
	"embed"
	"encoding/json"
	"html/template"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/checks/demo/internal/store"
)

//go:embed pages
var pages embed.FS

// Site is what the pages are made from.
type Site struct {
	Store    *store.Store
	Version  string
	User     string
	Password string
	Key      []byte   // signs sessions; they last as long as it does
	Banner   string   // a line on the login page; may be empty
	Files    *os.Root // the folder of uploads
}

// Handler gives the whole site.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /login", s.loginForm)
	mux.HandleFunc("POST /login", s.login)
	mux.Handle("GET /pages/style.css", http.FileServerFS(pages))
	mux.Handle("GET /pages/icon.svg", http.FileServerFS(pages))
	mux.Handle("GET /{$}", http.RedirectHandler("/notes", http.StatusFound))
	mux.HandleFunc("GET /notes", s.authenticated(s.list))
	mux.HandleFunc("POST /notes", s.authenticated(s.create))
	mux.HandleFunc("GET /notes/{id}", s.authenticated(s.show))
	mux.HandleFunc("GET /notes/{id}/raw", s.authenticated(s.raw))
	mux.HandleFunc("POST /notes/{id}", s.authenticated(s.change))
	mux.HandleFunc("PUT /notes/{id}", s.authenticated(s.change))
	mux.HandleFunc("GET /files", s.authenticated(s.files))
	mux.HandleFunc("POST /files", s.authenticated(s.upload))
	mux.HandleFunc("GET /files/{name}", s.authenticated(s.download))
	return logged(http.NewCrossOriginProtection().Handler(mux))
}

func (s *Site) health(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]any{"status": "ok", "version": s.Version, "schema": s.Store.Schema()})
}

// page is what every template gets.
type page struct {
	Title   string
	Version string
	Tagging bool // from schema 2 on
	Finding bool // by tag; from schema 3 on
	Banner  string
	Error   string
	Filter  string
	Notes   []store.Note
	Note    store.Note
	Files   []string
}

var templates = func() map[string]*template.Template {
	layout := template.Must(template.New("layout.html").
		Funcs(template.FuncMap{"join": strings.Join, "heading": heading}).
		ParseFS(pages, "pages/layout.html"))
	all := map[string]*template.Template{}
	for _, name := range []string{"login", "notes", "note", "files"} {
		all[name] = template.Must(template.Must(layout.Clone()).ParseFS(pages, "pages/"+name+".html"))
	}
	return all
}()

// heading is a note's first line, as lists and titles show it.
func heading(n store.Note) string {
	line, _, _ := strings.Cut(strings.TrimSpace(n.Text), "\n")
	line = strings.TrimLeft(line, "# ")
	if line == "" {
		return "Note " + n.ID
	}
	return line
}

func (s *Site) render(w http.ResponseWriter, status int, name string, p page) {
	p.Version, p.Banner = s.Version, s.Banner
	p.Tagging, p.Finding = s.Store.Schema() >= 2, s.Store.Schema() >= 3
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'self'")
	w.WriteHeader(status)
	if err := templates[name].Execute(w, p); err != nil {
		slog.Error("render", "page", name, "error", err)
	}
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		slog.Error("write answer", "error", err)
	}
}

// logged writes one line per request but the health check's.
func logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, rec := time.Now(), &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(rec, r)
		if r.URL.Path != "/healthz" {
			slog.Info("request", "method", r.Method, "path", r.URL.Path, "status", rec.status, "took", time.Since(start))
		}
	})
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}
