package main

import (
	"net/http"
	"strings"
	"time"
)

// token gives tokens for a password (the admin's client alone) or for a code, once.
func (p *idp) token(w http.ResponseWriter, r *http.Request) {
	refuse := func(why string) { answer(w, http.StatusUnauthorized, map[string]string{"error": why}) }
	realm := r.PathValue("realm")
	if r.FormValue("grant_type") == "password" {
		if r.FormValue("client_id") != "admin-cli" || !p.knows(realm, r.FormValue("username"), r.FormValue("password")) {
			refuse("invalid_grant")
			return
		}
		answer(w, 200, map[string]any{"access_token": p.tokens.begin(realm + "/" + r.FormValue("username")), "token_type": "Bearer", "expires_in": 60})
		return
	}
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
	}
	p.mu.Lock()
	g, known := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	p.mu.Unlock()
	c, err := load[client](p, "client", realm+"/"+id)
	switch {
	case err != nil || c.Secret != secret:
		refuse("unauthorized_client")
		return
	case !known || g.realm != realm || g.client != id || g.redirect != r.FormValue("redirect_uri") || time.Now().After(g.end):
		refuse("invalid_grant")
		return
	}
	who, err := load[person](p, "person", realm+"/"+g.user)
	if err != nil {
		fail(w, err)
		return
	}
	idToken, err := rs256(p.key, map[string]any{"iss": issuer(r), "aud": id, "sub": who.ID, "nonce": g.nonce, "email": who.Email,
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()})
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, 200, map[string]any{"access_token": p.tokens.begin(realm + "/" + g.user), "id_token": idToken, "token_type": "Bearer", "expires_in": 60})
}

// bearer gives whose access token a request carries: "realm/person".
func (p *idp) bearer(r *http.Request) (string, bool) {
	value, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return "", false
	}
	return p.tokens.of(value)
}

func (p *idp) userinfo(w http.ResponseWriter, r *http.Request) {
	who, ok := p.bearer(r)
	if !ok || !strings.HasPrefix(who, r.PathValue("realm")+"/") {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	v, err := load[person](p, "person", who)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, 200, map[string]string{"sub": v.ID, "email": v.Email, "given_name": v.FirstName, "family_name": v.LastName, "name": v.FirstName + " " + v.LastName})
}

// administer adds the admin's interface: each part wants a token of the admin of the realm master.
func (p *idp) administer(mux *http.ServeMux) {
	guarded := func(pattern string, work http.HandlerFunc) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if who, _ := p.bearer(r); who != "master/admin" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			work(w, r)
		})
	}
	guarded("POST /admin/realms", func(w http.ResponseWriter, r *http.Request) {
		var v realm
		if err := body(r, &v); err != nil || v.Realm == "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if _, err := p.get("realm", v.Realm); err == nil {
			w.WriteHeader(http.StatusConflict)
			return
		}
		made(w, save(p, "realm", v.Realm, v), http.StatusCreated)
	})
	guarded("GET /admin/realms/{realm}", func(w http.ResponseWriter, r *http.Request) {
		v, err := load[realm](p, "realm", r.PathValue("realm"))
		if err != nil {
			fail(w, err)
			return
		}
		answer(w, 200, v)
	})
	guarded("PUT /admin/realms/{realm}", func(w http.ResponseWriter, r *http.Request) {
		v, err := load[realm](p, "realm", r.PathValue("realm"))
		if err == nil {
			err = body(r, &v)
		}
		if err == nil {
			err = save(p, "realm", r.PathValue("realm"), v)
		}
		made(w, err, http.StatusNoContent)
	})
	guarded("POST /admin/realms/{realm}/users", func(w http.ResponseWriter, r *http.Request) {
		v := person{ID: token()}
		err := body(r, &v)
		if err == nil {
			err = save(p, "person", r.PathValue("realm")+"/"+v.Username, v)
		}
		made(w, err, http.StatusCreated)
	})
	p.administerClients(guarded)
}

func (p *idp) administerClients(guarded func(string, http.HandlerFunc)) {
	guarded("POST /admin/realms/{realm}/clients", func(w http.ResponseWriter, r *http.Request) {
		v := client{ID: token(), Secret: token() + token()}
		err := body(r, &v)
		if err == nil {
			err = save(p, "client", r.PathValue("realm")+"/"+v.ClientID, v)
		}
		made(w, err, http.StatusCreated)
	})
	find := func(r *http.Request, fits func(client) bool) ([]client, error) {
		all, err := p.all("client")
		found := []client{}
		for id := range all {
			if !strings.HasPrefix(id, r.PathValue("realm")+"/") {
				continue
			}
			v, err := load[client](p, "client", id)
			if err != nil {
				return nil, err
			}
			if fits(v) {
				found = append(found, v)
			}
		}
		return found, err
	}
	guarded("GET /admin/realms/{realm}/clients", func(w http.ResponseWriter, r *http.Request) {
		found, err := find(r, func(c client) bool { return c.ClientID == r.URL.Query().Get("clientId") })
		if err != nil {
			fail(w, err)
			return
		}
		answer(w, 200, found)
	})
	guarded("GET /admin/realms/{realm}/clients/{id}/client-secret", func(w http.ResponseWriter, r *http.Request) {
		found, err := find(r, func(c client) bool { return c.ID == r.PathValue("id") })
		if err != nil || len(found) == 0 {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		answer(w, 200, map[string]string{"type": "secret", "value": found[0].Secret})
	})
}

// made answers what came of a write.
func made(w http.ResponseWriter, err error, status int) {
	if err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(status)
}
