package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// suite plays the LaSuite apps, front and backend in one: people come through an identity provider alone. PRODUCT is
// docs, drive or meet; OIDC_* are the provider's addresses and the client's name, as the apps' own settings.
type suite struct {
	store
	people *sessions
	mu     sync.Mutex
	begun  map[string]string // state -> nonce
	secret string            // the client's
}

func lasuite(s store) (http.Handler, error) {
	key, err := secret("oidc_rp_client_secret")
	if err != nil {
		return nil, err
	}
	a := &suite{store: s, people: newSessions("sessionid"), begun: map[string]string{}, secret: key}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1.0/authenticate/", a.authenticate)
	mux.HandleFunc("GET /api/v1.0/callback/", a.callback)
	product := setting("PRODUCT", "docs")
	add, ok := map[string]func(*http.ServeMux) error{"docs": a.docs, "drive": a.drive, "meet": a.meet}[product]
	if !ok {
		return nil, fmt.Errorf("PRODUCT: expected docs, drive or meet, found %q", product)
	}
	return mux, add(mux)
}

// signedIn shows a page to those who are logged in, and to all others the button that leads there.
func (a *suite) signedIn(button string, show http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, ok := a.people.user(r); ok {
			show(w, r)
			return
		}
		page(w, "LaSuite", `<button onclick="location = '/api/v1.0/authenticate/'">{{.}}</button>`, button)
	}
}

// guarded is signedIn for the interface that pages use: 401, and 403 without the token against forgery.
func (a *suite) guarded(work http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, ok := a.people.user(r); !ok {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if c, err := r.Cookie("csrftoken"); r.Method != http.MethodGet && (err != nil || r.Header.Get("X-CSRFToken") != c.Value) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		work(w, r)
	}
}

func (a *suite) redirect(r *http.Request) string { return "https://" + r.Host + "/api/v1.0/callback/" }

func (a *suite) authenticate(w http.ResponseWriter, r *http.Request) {
	state, nonce := token(), token()
	a.mu.Lock()
	a.begun[state] = nonce
	a.mu.Unlock()
	ask := url.Values{"client_id": {os.Getenv("OIDC_RP_CLIENT_ID")}, "redirect_uri": {a.redirect(r)}, "response_type": {"code"},
		"scope": {"openid email"}, "state": {state}, "nonce": {nonce}}
	http.Redirect(w, r, os.Getenv("OIDC_OP_AUTHORIZATION_ENDPOINT")+"?"+ask.Encode(), http.StatusFound)
}

func (a *suite) callback(w http.ResponseWriter, r *http.Request) {
	state := r.FormValue("state")
	a.mu.Lock()
	nonce, known := a.begun[state]
	delete(a.begun, state)
	a.mu.Unlock()
	if !known {
		http.Error(w, "unknown state", http.StatusForbidden)
		return
	}
	who, err := a.redeem(r.FormValue("code"), nonce, a.redirect(r))
	if err != nil {
		fmt.Println("login:", err)
		http.Error(w, "the login was refused", http.StatusForbidden)
		return
	}
	a.people.cookie(w, who)
	http.SetCookie(w, &http.Cookie{Name: "csrftoken", Value: token(), Path: "/", Secure: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/", http.StatusFound)
}

// redeem trades a code for a person's address, and believes the provider's signature alone.
func (a *suite) redeem(code, nonce, redirect string) (string, error) {
	id := os.Getenv("OIDC_RP_CLIENT_ID")
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}, "client_id": {id}, "client_secret": {a.secret}}
	var tokens struct {
		IDToken string `json:"id_token"`
		Access  string `json:"access_token"`
	}
	res, err := idpClient.PostForm(os.Getenv("OIDC_OP_TOKEN_ENDPOINT"), form)
	if err := decode(res, err, &tokens); err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	var keys struct{ Keys []struct{ N, E string } }
	res, err = idpClient.Get(os.Getenv("OIDC_OP_JWKS_ENDPOINT"))
	if err := decode(res, err, &keys); err != nil {
		return "", fmt.Errorf("keys: %w", err)
	}
	claims, err := claimsOf(tokens.IDToken, keys.Keys)
	if err != nil {
		return "", err
	}
	if claims["aud"] != id || claims["nonce"] != nonce {
		return "", errors.New("the token is not for this login")
	}
	req, err := http.NewRequest(http.MethodGet, os.Getenv("OIDC_OP_USER_ENDPOINT"), nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+tokens.Access)
	var who struct{ Email string }
	res, err = idpClient.Do(req)
	if err := decode(res, err, &who); err != nil {
		return "", fmt.Errorf("person: %w", err)
	}
	return who.Email, nil
}

var idpClient = &http.Client{Timeout: 10 * time.Second}

func decode(res *http.Response, err error, into any) error {
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	return json.NewDecoder(res.Body).Decode(into)
}

// docs plays Docs: a list of documents, each with a title that is kept when it is entered.
func (a *suite) docs(mux *http.ServeMux) error {
	mux.HandleFunc("GET /{$}", a.signedIn("Start Writing", func(w http.ResponseWriter, r *http.Request) {
		titles, err := a.all("document")
		if err != nil {
			fail(w, err)
			return
		}
		page(w, "Docs", `<form method="post" action="/docs/"><button>New doc</button></form><ul>{{range $id, $title := .}}<li><a href="/docs/{{$id}}/">{{$title}}</a></li>{{end}}</ul>`, titles)
	}))
	mux.HandleFunc("POST /docs/", a.signedIn("", func(w http.ResponseWriter, r *http.Request) {
		id := token()
		if err := a.put("document", id, "Untitled document"); err != nil {
			fail(w, err)
			return
		}
		http.Redirect(w, r, "/docs/"+id+"/", http.StatusFound)
	}))
	mux.HandleFunc("GET /docs/{id}/", a.signedIn("Start Writing", func(w http.ResponseWriter, r *http.Request) {
		page(w, "Docs", `<input aria-label="Document title" onchange="fetch(location.pathname, { method: 'PUT', body: this.value }).then(() => { document.title = this.value + ' - Docs' })">`, nil)
	}))
	mux.HandleFunc("PUT /docs/{id}/", a.signedIn("", func(w http.ResponseWriter, r *http.Request) {
		title, err := text(r)
		if err == nil {
			err = a.put("document", r.PathValue("id"), title)
		}
		made(w, err, http.StatusNoContent)
	}))
	return nil
}

// drive plays Drive: files go into the object store's bucket, which must be there.
func (a *suite) drive(mux *http.ServeMux) error {
	objects, err := bucketOf(setting("BUCKET", "drive-media-storage"))
	if err != nil {
		return err
	}
	mux.HandleFunc("GET /{$}", a.signedIn("Sign in", func(w http.ResponseWriter, r *http.Request) {
		names, err := a.all("item")
		if err != nil {
			fail(w, err)
			return
		}
		page(w, "Drive", `<input type="file" aria-label="Upload"><ul>{{range $name, $_ := .}}<li>{{$name}}</li>{{end}}</ul>
<script>document.querySelector("input").onchange = async e => {
  const file = e.target.files[0]
  const done = await fetch("/items/" + encodeURIComponent(file.name), { method: "PUT", body: file })
  if (done.ok) location.reload()
}</script>`, names)
	}))
	mux.HandleFunc("PUT /items/{name}", a.signedIn("", func(w http.ResponseWriter, r *http.Request) {
		content, err := text(r)
		if err == nil {
			err = objects.put(r.PathValue("name"), content)
		}
		if err == nil {
			err = a.put("item", r.PathValue("name"), "")
		}
		made(w, err, http.StatusNoContent)
	}))
	return nil
}

// meet plays Meet: rooms by name, and a token that LiveKit would let in.
func (a *suite) meet(mux *http.ServeMux) error {
	key, err := secret("livekit_api_secret")
	if err != nil {
		return err
	}
	mux.HandleFunc("GET /{$}", a.signedIn("Login", func(w http.ResponseWriter, r *http.Request) {
		page(w, "Meet", `<h1>Simple video conferencing</h1><button>Create a meeting</button>`, nil)
	}))
	room := func(w http.ResponseWriter, r *http.Request, status int, slug string) {
		who, _ := a.people.user(r)
		jwt, err := hs256(key, map[string]any{"sub": who, "iss": "meet", "exp": time.Now().Add(time.Hour).Unix(), "video": map[string]any{"room": slug, "roomJoin": true}})
		if err != nil {
			fail(w, err)
			return
		}
		answer(w, status, map[string]any{"slug": slug, "livekit": map[string]string{"url": "https://livekit-" + r.Host, "room": slug, "token": jwt}})
	}
	mux.HandleFunc("POST /api/v1.0/rooms/", a.guarded(func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Name string }
		if err := body(r, &asked); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		slug := strings.ReplaceAll(strings.ToLower(asked.Name), " ", "-")
		if err := a.put("room", slug, asked.Name); err != nil {
			fail(w, err)
			return
		}
		room(w, r, http.StatusCreated, slug)
	}))
	mux.HandleFunc("GET /api/v1.0/rooms/{slug}/", a.guarded(func(w http.ResponseWriter, r *http.Request) {
		if _, err := a.get("room", r.PathValue("slug")); err != nil {
			fail(w, err)
			return
		}
		room(w, r, http.StatusOK, r.PathValue("slug"))
	}))
	mux.HandleFunc("DELETE /api/v1.0/rooms/{slug}/", a.guarded(func(w http.ResponseWriter, r *http.Request) {
		made(w, a.remove("room", r.PathValue("slug")), http.StatusNoContent)
	}))
	return nil
}
