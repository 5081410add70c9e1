package web

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"coopcloud.tech/cc-ci/checks/demo/internal/store"
)

const maxNote = 1 << 20 // bytes

func (s *Site) list(w http.ResponseWriter, r *http.Request) {
	p := page{Title: "Notes"}
	var err error
	if tag := r.FormValue("tag"); tag != "" && s.Store.Schema() >= 3 {
		p.Filter = tag
		p.Notes, err = s.Store.Tagged(tag)
	} else {
		p.Notes, err = s.Store.List()
	}
	switch {
	case err != nil:
		fail(w, err)
	case wantsJSON(r):
		writeJSON(w, p.Notes)
	default:
		s.render(w, http.StatusOK, "notes", p)
	}
}

func (s *Site) create(w http.ResponseWriter, r *http.Request) {
	n, err := noteOf(w, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if n, err = s.Store.Add(n); err != nil {
		fail(w, err)
		return
	}
	http.Redirect(w, r, "/notes/"+n.ID, http.StatusFound)
}

func (s *Site) show(w http.ResponseWriter, r *http.Request) {
	n, err := s.Store.Get(r.PathValue("id"))
	switch {
	case err != nil:
		fail(w, err)
	case wantsJSON(r):
		writeJSON(w, n)
	default:
		s.render(w, http.StatusOK, "note", page{Title: heading(n), Note: n})
	}
}

func (s *Site) raw(w http.ResponseWriter, r *http.Request) {
	n, err := s.Store.Get(r.PathValue("id"))
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, n.Text)
}

func (s *Site) change(w http.ResponseWriter, r *http.Request) {
	n, err := noteOf(w, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	n.ID = r.PathValue("id")
	if err := s.Store.Put(n); err != nil {
		fail(w, err)
		return
	}
	if r.Method == http.MethodPost {
		http.Redirect(w, r, "/notes/"+n.ID, http.StatusFound)
		return
	}
	writeJSON(w, n)
}

// noteOf reads a note from a form, or from a plain body, whose tags are none.
func noteOf(w http.ResponseWriter, r *http.Request) (store.Note, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxNote)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		err := r.ParseForm()
		return store.Note{Text: r.PostForm.Get("text"), Tags: strings.Fields(strings.ReplaceAll(r.PostForm.Get("tags"), ",", " "))}, err
	}
	b, err := io.ReadAll(r.Body)
	return store.Note{Text: string(b)}, err
}

func wantsJSON(r *http.Request) bool { return r.Header.Get("Accept") == "application/json" }

func fail(w http.ResponseWriter, err error) {
	if errors.Is(err, store.ErrNotFound) {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	slog.Error("request", "error", err)
	http.Error(w, "something broke; the log says what", http.StatusInternalServerError)
}
