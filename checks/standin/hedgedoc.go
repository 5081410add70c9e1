package main

import (
	"net/http"
	"strings"
)

const hedgedocHome = `
{{if .User}}<p>{{.User}} <a href="/logout">Sign Out</a></p>{{else}}
<button data-target=".signin-modal" onclick="document.querySelector('.signin-modal').hidden = false">Sign In</button>
<form class="signin-modal" method="post" hidden>
<input type="email" name="email" placeholder="E-Mail"><input type="password" name="password" placeholder="Password">
<button formaction="/login">Sign in</button><button formaction="/register">Register</button></form>{{end}}
<p>{{.Said}}</p><h1>Ideas grow better together</h1>`

// The rendered part follows what was kept, not what was typed: who sees it can leave the page.
const hedgedocNote = `
<div class="CodeMirror"><textarea aria-label="Note">{{.}}</textarea></div><div class="markdown-body"></div>
<script>
const area = document.querySelector("textarea"), shown = document.querySelector(".markdown-body")
const show = text => { shown.textContent = text.replace(/^#+ /gm, "") }
let kept = Promise.resolve() // one after the other: a later text must not be overtaken
area.oninput = () => {
  const text = area.value
  kept = kept.then(() => fetch(location.pathname, { method: "PUT", body: text })).then(() => show(text))
}
show(area.value)
</script>`

// hedgedoc plays HedgeDoc 1: notes that anybody may write, in a table "Notes", and accounts by e-mail.
func hedgedoc(s store) (http.Handler, error) {
	people := newSessions("connect.sid")
	mux := http.NewServeMux()
	home := func(w http.ResponseWriter, r *http.Request, said string) {
		who, _ := people.user(r)
		page(w, "HedgeDoc", hedgedocHome, map[string]string{"User": who, "Said": said})
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { home(w, r, "") })
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		notes, err := s.all("Notes")
		if err != nil {
			fail(w, err)
			return
		}
		answer(w, 200, map[string]int{"notesCount": len(notes)})
	})
	mux.HandleFunc("POST /register", func(w http.ResponseWriter, r *http.Request) {
		if err := s.put("Users", r.FormValue("email"), r.FormValue("password")); err != nil {
			fail(w, err)
			return
		}
		home(w, r, "You've successfully registered, please sign in.")
	})
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if password, err := s.get("Users", r.FormValue("email")); err != nil || password != r.FormValue("password") {
			home(w, r, "Invalid email or password.")
			return
		}
		people.cookie(w, r.FormValue("email"))
		http.Redirect(w, r, "/", http.StatusFound)
	})
	hedgedocNotes(mux, s)
	return mux, nil
}

func hedgedocNotes(mux *http.ServeMux, s store) {
	fresh := func(w http.ResponseWriter, r *http.Request) {
		content, err := text(r)
		id := token()
		if err == nil {
			err = s.put("Notes", id, content)
		}
		if err != nil {
			fail(w, err)
			return
		}
		http.Redirect(w, r, "/"+id, http.StatusFound)
	}
	mux.HandleFunc("GET /new", fresh)
	mux.HandleFunc("POST /new", fresh)
	read := func(show func(w http.ResponseWriter, content string)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			content, err := s.get("Notes", r.PathValue("id"))
			if err != nil {
				fail(w, err)
				return
			}
			show(w, content)
		}
	}
	mux.HandleFunc("GET /{id}", read(func(w http.ResponseWriter, content string) { page(w, "HedgeDoc", hedgedocNote, content) }))
	mux.HandleFunc("GET /{id}/download", read(func(w http.ResponseWriter, content string) {
		w.Header().Set("Content-Type", "text/markdown; charset=UTF-8")
		w.Write([]byte(strings.TrimSpace(content) + "\n"))
	}))
	mux.HandleFunc("PUT /{id}", func(w http.ResponseWriter, r *http.Request) {
		content, err := text(r)
		if err == nil {
			err = s.put("Notes", r.PathValue("id"), content)
		}
		if err != nil {
			fail(w, err)
		}
	})
}
