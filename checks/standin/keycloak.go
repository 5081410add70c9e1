package main

import (
	"crypto/rsa"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const keycloakLogin = `<form method="post"><p>{{.}}</p>
<label for="username">Username or email</label><input id="username" name="username">
<label for="password">Password</label><input id="password" name="password" type="password">
<input id="kc-login" type="submit" value="Sign In"></form>`

// idp plays Keycloak: realms with clients and people, OpenID Connect for them, and the admin's interface.
type idp struct {
	store
	key    *rsa.PrivateKey
	admin  string    // the admin's password
	tokens *sessions // access token -> realm/person
	mu     sync.Mutex
	codes  map[string]grant
}

// realm is what the admin's interface keeps.
type realm struct {
	Realm       string `json:"realm"`
	DisplayName string `json:"displayName"`
	Enabled     bool   `json:"enabled"`
}

type client struct {
	ID           string   `json:"id"`
	ClientID     string   `json:"clientId"`
	Secret       string   `json:"secret"`
	RedirectURIs []string `json:"redirectUris"`
}

type person struct {
	ID          string `json:"id"`
	Username    string `json:"username"`
	Email       string `json:"email"`
	FirstName   string `json:"firstName"`
	LastName    string `json:"lastName"`
	Credentials []struct {
		Value string `json:"value"`
	} `json:"credentials"`
}

// grant is a login that a client may take once.
type grant struct {
	realm, client, redirect, nonce, user string
	end                                  time.Time
}

func keycloak(s store) (http.Handler, error) {
	password, err := secret("admin_password")
	if err != nil {
		return nil, err
	}
	key, err := keyOf(s)
	if err != nil {
		return nil, err
	}
	p := &idp{store: s, key: key, admin: password, tokens: newSessions("KEYCLOAK_SESSION"), codes: map[string]grant{}}
	if err := save(s, "realm", "master", realm{"master", "Keycloak", true}); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/admin/master/console/", http.StatusFound))
	mux.HandleFunc("GET /realms/{realm}", p.describe)
	mux.HandleFunc("GET /realms/{realm}/.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /realms/{realm}/protocol/openid-connect/certs", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, jwks(p.key)) })
	mux.HandleFunc("GET /realms/{realm}/protocol/openid-connect/auth", p.form)
	mux.HandleFunc("POST /realms/{realm}/protocol/openid-connect/auth", p.login)
	mux.HandleFunc("POST /realms/{realm}/protocol/openid-connect/token", p.token)
	mux.HandleFunc("GET /realms/{realm}/protocol/openid-connect/userinfo", p.userinfo)
	mux.HandleFunc("GET /admin/master/console/", p.console)
	p.administer(mux)
	return mux, nil
}

func issuer(r *http.Request) string { return "https://" + r.Host + "/realms/" + r.PathValue("realm") }

func (p *idp) describe(w http.ResponseWriter, r *http.Request) {
	v, err := load[realm](p, "realm", r.PathValue("realm"))
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, 200, map[string]string{"realm": v.Realm, "token-service": issuer(r) + "/protocol/openid-connect"})
}

func (p *idp) discovery(w http.ResponseWriter, r *http.Request) {
	if _, err := p.get("realm", r.PathValue("realm")); err != nil {
		fail(w, err)
		return
	}
	at := issuer(r) + "/protocol/openid-connect"
	answer(w, 200, map[string]string{"issuer": issuer(r), "authorization_endpoint": at + "/auth", "token_endpoint": at + "/token",
		"userinfo_endpoint": at + "/userinfo", "jwks_uri": at + "/certs"})
}

// asked checks who wants the login and where it leads. The console of the realm master is a client, too.
func (p *idp) asked(r *http.Request) (grant, bool) {
	q := r.URL.Query()
	g := grant{realm: r.PathValue("realm"), client: q.Get("client_id"), redirect: q.Get("redirect_uri"), nonce: q.Get("nonce")}
	if g.realm == "master" {
		return g, g.client == "security-admin-console" && g.redirect == "https://"+r.Host+"/admin/master/console/"
	}
	c, err := load[client](p, "client", g.realm+"/"+g.client)
	if err != nil {
		return g, false
	}
	for _, allowed := range c.RedirectURIs {
		if prefix, any := strings.CutSuffix(allowed, "*"); g.redirect == allowed || any && strings.HasPrefix(g.redirect, prefix) {
			return g, true
		}
	}
	return g, false
}

func (p *idp) form(w http.ResponseWriter, r *http.Request) {
	if _, ok := p.asked(r); !ok {
		http.Error(w, "Invalid parameter: redirect_uri", http.StatusBadRequest)
		return
	}
	page(w, "Sign in to your account", keycloakLogin, "")
}

func (p *idp) login(w http.ResponseWriter, r *http.Request) {
	g, ok := p.asked(r)
	if !ok {
		http.Error(w, "Invalid parameter: redirect_uri", http.StatusBadRequest)
		return
	}
	if g.user = r.FormValue("username"); !p.knows(g.realm, g.user, r.FormValue("password")) {
		page(w, "Sign in to your account", keycloakLogin, "Invalid username or password.")
		return
	}
	if g.realm == "master" {
		p.tokens.cookie(w, "master/"+g.user)
	}
	g.end = time.Now().Add(time.Minute)
	code := token()
	p.mu.Lock()
	p.codes[code] = g
	p.mu.Unlock()
	back := url.Values{"code": {code}, "state": {r.URL.Query().Get("state")}}
	http.Redirect(w, r, g.redirect+"?"+back.Encode(), http.StatusFound)
}

func (p *idp) knows(realm, user, password string) bool {
	if realm == "master" {
		return user == "admin" && password == p.admin
	}
	v, err := load[person](p, "person", realm+"/"+user)
	return err == nil && len(v.Credentials) > 0 && v.Credentials[0].Value == password
}

func (p *idp) console(w http.ResponseWriter, r *http.Request) {
	if who, ok := p.tokens.user(r); !ok || !strings.HasPrefix(who, "master/") {
		ask := url.Values{"client_id": {"security-admin-console"}, "redirect_uri": {"https://" + r.Host + "/admin/master/console/"}, "response_type": {"code"}}
		http.Redirect(w, r, "/realms/master/protocol/openid-connect/auth?"+ask.Encode(), http.StatusFound)
		return
	}
	page(w, "Keycloak Administration Console", `<nav><ul><li>Manage realms</li><li>Clients</li><li>Users</li></ul></nav>`, nil)
}
