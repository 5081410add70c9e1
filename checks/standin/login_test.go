package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// secrets writes the app's secrets where the roles read them.
func secrets(t *testing.T, values map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, value := range values {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(value+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("SECRETS", dir)
}

func start(t *testing.T, role func(store) (http.Handler, error)) *httptest.Server {
	t.Helper()
	h, err := role(folder(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewTLSServer(common(h))
	t.Cleanup(s.Close)
	return s
}

// ask sends JSON and wants a status; the answer is decoded into into.
func ask(t *testing.T, c *http.Client, method, address, bearer string, body, into any, want int) {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(method, address, strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != want {
		t.Fatalf("%s %s: want %d, got %s", method, address, want, res.Status)
	}
	if into != nil {
		if err := json.NewDecoder(res.Body).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
}

// People log in to the app through the provider, and nobody with another password or another secret does.
func TestSingleSignOn(t *testing.T) {
	for _, tt := range []struct {
		name, password, secret string
		want                   string // in the page at the end
	}{
		{"as it should be", "bread", "", "New doc"},
		{"wrong password", "milk", "", "Invalid username or password."},
		{"wrong client secret", "bread", "stolen", "the login was refused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			secrets(t, map[string]string{"admin_password": "root"})
			idp := start(t, keycloak)
			admin := idp.Client()
			res, err := admin.PostForm(idp.URL+"/realms/master/protocol/openid-connect/token", url.Values{"grant_type": {"password"}, "client_id": {"admin-cli"}, "username": {"admin"}, "password": {"root"}})
			var token struct {
				Access string `json:"access_token"`
			}
			if err := decode(res, err, &token); err != nil {
				t.Fatal(err)
			}
			ask(t, admin, "POST", idp.URL+"/admin/realms", token.Access, realm{Realm: "r", Enabled: true}, nil, 201)
			ask(t, admin, "POST", idp.URL+"/admin/realms", token.Access, realm{Realm: "r"}, nil, 409)
			ask(t, admin, "POST", idp.URL+"/admin/realms", "guessed", realm{Realm: "q"}, nil, 401)
			ask(t, admin, "POST", idp.URL+"/admin/realms/r/users", token.Access, map[string]any{"username": "alice", "email": "a@example.org", "credentials": []map[string]string{{"value": "bread"}}}, nil, 201)

			base := idp.URL + "/realms/r/protocol/openid-connect"
			for name, value := range map[string]string{"PRODUCT": "docs", "OIDC_RP_CLIENT_ID": "app", "OIDC_OP_AUTHORIZATION_ENDPOINT": base + "/auth",
				"OIDC_OP_TOKEN_ENDPOINT": base + "/token", "OIDC_OP_JWKS_ENDPOINT": base + "/certs", "OIDC_OP_USER_ENDPOINT": base + "/userinfo"} {
				t.Setenv(name, value)
			}
			ask(t, admin, "POST", idp.URL+"/admin/realms/r/clients", token.Access, map[string]any{"clientId": "app", "redirectUris": []string{"https://*"}}, nil, 201)
			var found []client
			ask(t, admin, "GET", idp.URL+"/admin/realms/r/clients?clientId=app", token.Access, nil, &found, 200)
			secret := found[0].Secret
			if tt.secret != "" {
				secret = tt.secret
			}
			secrets(t, map[string]string{"oidc_rp_client_secret": secret})
			idpClient = idp.Client()
			app := start(t, lasuite)

			jar, _ := cookiejar.New(nil)
			person := &http.Client{Jar: jar, Transport: idp.Client().Transport}
			got := read(t, person, app.URL+"/")
			if !strings.Contains(got.text, "Start Writing") {
				t.Fatalf("expected the button of a stranger, got %s", got.text)
			}
			form := read(t, person, app.URL+"/api/v1.0/authenticate/")
			res, err = person.PostForm(form.url, url.Values{"username": {"alice"}, "password": {tt.password}})
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			b, _ := io.ReadAll(res.Body)
			if !strings.Contains(string(b), tt.want) {
				t.Errorf("want %q, got %s", tt.want, b)
			}
		})
	}
}

type seen struct{ url, text string }

func read(t *testing.T, c *http.Client, address string) seen {
	t.Helper()
	res, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return seen{res.Request.URL.String(), string(b)}
}
