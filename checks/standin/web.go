package main

import (
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"io/fs"
	"log"
	"net/http"
	"sync"
)

// page writes an HTML page; body is a template over data.
func page(w http.ResponseWriter, title, body string, data any) {
	t, err := template.New("page").Parse(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>` + title + `</title></head><body>` + body + `</body></html>`)
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := t.Execute(w, data); err != nil {
		log.Print(err)
	}
}

// answer writes a value as JSON.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// fail answers 404 for what isn't there, 500 for all else.
func fail(w http.ResponseWriter, err error) {
	if errors.Is(err, fs.ErrNotExist) {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	log.Print(err)
	http.Error(w, err.Error(), http.StatusInternalServerError)
}

// body reads a JSON request.
func body(r *http.Request, into any) error { return json.NewDecoder(r.Body).Decode(into) }

func text(r *http.Request) (string, error) {
	b, err := io.ReadAll(r.Body)
	return string(b), err
}

// sessions are the people who are logged in, by their cookie or token. They end with the process.
type sessions struct {
	mu   sync.Mutex
	name string // of the cookie
	who  map[string]string
}

func newSessions(cookie string) *sessions { return &sessions{name: cookie, who: map[string]string{}} }

func (s *sessions) begin(who string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := token()
	s.who[id] = who
	return id
}

func (s *sessions) of(id string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	who, ok := s.who[id]
	return who, ok
}

func (s *sessions) cookie(w http.ResponseWriter, who string) {
	http.SetCookie(w, &http.Cookie{Name: s.name, Value: s.begin(who), Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func (s *sessions) user(r *http.Request) (string, bool) {
	c, err := r.Cookie(s.name)
	if err != nil {
		return "", false
	}
	return s.of(c.Value)
}
