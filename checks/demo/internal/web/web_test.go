package web

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/checks/demo/internal/store"
)

// client is a browser's worth of state that doesn't follow redirects.
type client struct {
	*http.Client
	t    *testing.T
	base string
}

func start(t *testing.T, schema int) client {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(filepath.Join(dir, "notes.db"), schema)
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	site := Site{Store: db, Version: "x", User: "admin", Password: "right", Key: []byte("k"), Files: files}
	srv := httptest.NewTLSServer(site.Handler())
	t.Cleanup(func() { srv.Close(); db.Close(); files.Close() })
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := srv.Client()
	c.Jar = jar
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client{c, t, srv.URL}
}

func (c client) do(method, path, contentType, body string) (*http.Response, string) {
	c.t.Helper()
	req, err := http.NewRequest(method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := c.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res, string(b)
}

const form = "application/x-www-form-urlencoded"

func (c client) login() {
	c.t.Helper()
	res, _ := c.do("POST", "/login", form, url.Values{"user": {"admin"}, "password": {"right"}}.Encode())
	if res.StatusCode != http.StatusFound {
		c.t.Fatalf("login: %s", res.Status)
	}
}

func TestStrangers(t *testing.T) {
	for _, tt := range []struct {
		method, path, contentType, body string
		status                          int
	}{
		{"GET", "/healthz", "", "", http.StatusOK},
		{"GET", "/login", "", "", http.StatusOK},
		{"GET", "/pages/style.css", "", "", http.StatusOK},
		{"GET", "/pages/layout.html", "", "", http.StatusNotFound},
		{"GET", "/notes", "", "", http.StatusFound},
		{"GET", "/files/x", "", "", http.StatusFound},
		{"POST", "/notes", "", "x", http.StatusUnauthorized},
		{"PUT", "/notes/1", "", "x", http.StatusUnauthorized},
		{"POST", "/login", form, "user=admin&password=wrong", http.StatusUnauthorized},
	} {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			if res, body := start(t, 3).do(tt.method, tt.path, tt.contentType, tt.body); res.StatusCode != tt.status {
				t.Errorf("got %s %q; expected %d", res.Status, body, tt.status)
			}
		})
	}
}

func TestForgedSession(t *testing.T) {
	c := start(t, 3)
	for _, value := range []string{"", "99999999999", "99999999999.", "99999999999.00", "x.y"} {
		req, err := http.NewRequest("GET", c.base+"/notes", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.AddCookie(&http.Cookie{Name: cookieName, Value: value})
		res, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusFound {
			t.Errorf("cookie %q: got %s; expected the way to the login", value, res.Status)
		}
	}
}

func TestNotes(t *testing.T) {
	c := start(t, 3)
	c.login()
	res, _ := c.do("POST", "/notes", "", "# kept\n<b>")
	note := res.Header.Get("Location")
	if res.StatusCode != http.StatusFound || note != "/notes/1" {
		t.Fatalf("create: %s %s", res.Status, note)
	}
	if _, body := c.do("GET", note+"/raw", "", ""); body != "# kept\n<b>" {
		t.Errorf("raw: %q", body)
	}
	if res, _ := c.do("PUT", note, "", "changed"); res.StatusCode != http.StatusOK {
		t.Errorf("put: %s", res.Status)
	}
	if res, _ := c.do("POST", note, form, "text=again&tags=a,+b"); res.StatusCode != http.StatusFound {
		t.Errorf("post: %s", res.Status)
	}
	for path, want := range map[string]string{
		note:           `Tags: a, b`,
		"/notes":       `<a href="/notes/1">again</a>`,
		"/notes?tag=b": `Tagged b`,
		"/notes?tag=z": `None yet.`,
	} {
		if _, body := c.do("GET", path, "", ""); !strings.Contains(body, want) {
			t.Errorf("%s: expected %q in %s", path, want, body)
		}
	}
	if res, _ := c.do("GET", "/notes/9/raw", "", ""); res.StatusCode != http.StatusNotFound {
		t.Errorf("unknown note: %s", res.Status)
	}
}

func TestVersionOneHasNoTags(t *testing.T) {
	c := start(t, 1)
	c.login()
	c.do("POST", "/notes", form, "text=t&tags=a")
	for _, path := range []string{"/notes", "/notes/1"} {
		if _, body := c.do("GET", path, "", ""); strings.Contains(body, "Tags") {
			t.Errorf("%s shows tags: %s", path, body)
		}
	}
}

func TestFiles(t *testing.T) {
	c := start(t, 3)
	c.login()
	send := func(name, content string) int {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(part, content)
		w.Close()
		res, _ := c.do("POST", "/files", w.FormDataContentType(), b.String())
		return res.StatusCode
	}
	for _, content := range []string{"first", "second"} {
		if status := send("a.txt", content); status != http.StatusFound {
			t.Fatalf("upload: %d", status)
		}
		res, body := c.do("GET", "/files/a.txt", "", "")
		if body != content || !strings.Contains(res.Header.Get("Content-Disposition"), "a.txt") {
			t.Errorf("download: %q, %v", body, res.Header)
		}
	}
	for _, name := range []string{".hidden", ""} {
		if status := send(name, "x"); status != http.StatusBadRequest {
			t.Errorf("upload of %q: %d; expected a refusal", name, status)
		}
	}
	if res, _ := c.do("GET", "/files/..%2fnotes.db", "", ""); res.StatusCode == http.StatusOK {
		t.Error("a download left the folder")
	}
}
