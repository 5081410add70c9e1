package main

import (
	"encoding/json"
	"net/http"
	"strings"
)

// authentik plays authentik: groups for whoever has the admin's token, and a login in two pages.
func authentik(s store) (http.Handler, error) {
	key, err := secret("admin_token")
	if err != nil {
		return nil, err
	}
	password, err := secret("admin_pass")
	if err != nil {
		return nil, err
	}
	people := newSessions("authentik_session")
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/if/flow/default-authentication-flow/", http.StatusFound))
	mux.HandleFunc("GET /-/health/ready/", func(w http.ResponseWriter, _ *http.Request) {
		_, err := s.all("group")
		made(w, err, http.StatusNoContent)
	})
	mux.HandleFunc("GET /if/flow/default-authentication-flow/", func(w http.ResponseWriter, r *http.Request) {
		page(w, "Welcome to authentik!", `<form method="post"><input name="uidField" aria-label="Username"><button type="submit">Log in</button></form>`, nil)
	})
	mux.HandleFunc("POST /if/flow/default-authentication-flow/", func(w http.ResponseWriter, r *http.Request) {
		switch given := r.FormValue("password"); {
		case r.FormValue("uidField") == "akadmin" && given == password:
			people.cookie(w, "akadmin")
			http.Redirect(w, r, "/if/user/", http.StatusFound)
		default:
			page(w, "Welcome to authentik!", `<form method="post"><input name="uidField" value="{{.}}" hidden><input name="password" type="password" aria-label="Password"><button type="submit">Continue</button></form>`, r.FormValue("uidField"))
		}
	})
	mux.HandleFunc("GET /if/user/", func(w http.ResponseWriter, r *http.Request) {
		if _, ok := people.user(r); !ok {
			http.Redirect(w, r, "/", http.StatusFound)
			return
		}
		page(w, "My applications", `<h1>My applications</h1>`, nil)
	})
	records(mux, s, "/api/v3/core/groups/", "group", "pk", func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer "+key }, http.StatusCreated, "/")
	return mux, nil
}

// immich plays Immich: an account made by the first visitor, and albums.
func immich(s store) (http.Handler, error) {
	tokens := newSessions("immich_access_token")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/server/ping", func(w http.ResponseWriter, _ *http.Request) {
		if _, err := s.all("album"); err != nil {
			fail(w, err)
			return
		}
		answer(w, 200, map[string]string{"res": "pong"})
	})
	type account struct{ Email, Password string }
	mux.HandleFunc("POST /api/auth/admin-sign-up", func(w http.ResponseWriter, r *http.Request) {
		var a account
		if err := body(r, &a); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		made(w, s.put("account", a.Email, a.Password), http.StatusCreated)
	})
	mux.HandleFunc("POST /api/auth/login", func(w http.ResponseWriter, r *http.Request) {
		var a account
		err := body(r, &a)
		if kept, missing := s.get("account", a.Email); err != nil || missing != nil || kept != a.Password {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		tokens.cookie(w, a.Email)
		answer(w, http.StatusCreated, map[string]string{"accessToken": tokens.begin(a.Email)})
	})
	records(mux, s, "/api/albums", "album", "id", func(r *http.Request) bool {
		_, ok := tokens.of(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		return ok
	}, http.StatusCreated, "")
	mux.Handle("GET /{$}", http.RedirectHandler("/auth/login", http.StatusFound))
	mux.HandleFunc("GET /auth/login", func(w http.ResponseWriter, _ *http.Request) {
		page(w, "Login - Immich", `<form><label>Email <input type="email"></label><label>Password <input type="password"></label><button>Login</button></form>
<script>document.querySelector("form").onsubmit = async e => {
  e.preventDefault()
  const [email, password] = [...document.querySelectorAll("input")].map(i => i.value)
  const done = await fetch("/api/auth/login", { method: "POST", body: JSON.stringify({ email, password }) })
  if (done.ok) location = "/albums"
}</script>`, nil)
	})
	mux.HandleFunc("GET /albums", func(w http.ResponseWriter, r *http.Request) {
		if _, ok := tokens.user(r); !ok {
			http.Redirect(w, r, "/auth/login", http.StatusFound)
			return
		}
		page(w, "Albums - Immich", `<h1>Albums</h1>`, nil)
	})
	return mux, nil
}

// records adds a collection of JSON records at base: POST makes one, GET and PATCH read and change it. name is the field
// of its id; end is what stands behind an id.
func records(mux *http.ServeMux, s store, base, kind, name string, allowed func(*http.Request) bool, created int, end string) {
	guarded := func(work http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if !allowed(r) {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			work(w, r)
		}
	}
	change := func(w http.ResponseWriter, r *http.Request, id string, v map[string]any, status int) {
		err := body(r, &v)
		if err == nil {
			v[name] = id
			err = save(s, kind, id, v)
		}
		if err != nil {
			fail(w, err)
			return
		}
		answer(w, status, v)
	}
	one := strings.TrimSuffix(base, "/") + "/{id}" + end
	mux.HandleFunc("POST "+base, guarded(func(w http.ResponseWriter, r *http.Request) { change(w, r, token(), map[string]any{}, created) }))
	mux.HandleFunc("GET "+one, guarded(func(w http.ResponseWriter, r *http.Request) {
		v, err := load[json.RawMessage](s, kind, r.PathValue("id"))
		if err != nil {
			fail(w, err)
			return
		}
		answer(w, http.StatusOK, v)
	}))
	mux.HandleFunc("PATCH "+one, guarded(func(w http.ResponseWriter, r *http.Request) {
		v, err := load[map[string]any](s, kind, r.PathValue("id"))
		if err != nil {
			fail(w, err)
			return
		}
		change(w, r, r.PathValue("id"), v, http.StatusOK)
	}))
}
