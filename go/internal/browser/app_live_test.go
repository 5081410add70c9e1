//go:build live

package browser

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	host  = "app.ci.test"
	other = "other.ci.test" // served by the same router, but not one of the run's hosts
)

const page = `<!doctype html><title>Notes</title>
<h1>Notes</h1>
<form action="/saved" method="post" enctype="multipart/form-data">
<label>Title <input name="title" placeholder="a title"></label>
<label>Password <input name="password" type="password"></label>
<select name="colour" aria-label="Colour"><option>red</option><option>blue</option></select>
<input type="file" name="file" data-testid="file">
<div class="editor" contenteditable="true" role="textbox" aria-label="Text"></div>
<button>Save</button></form>
<button id="later" onclick="setTimeout(() => { document.querySelector('#news').textContent = 'It came later' }, 300)">Later</button>
<button id="off" disabled>Off</button>
<p id="news"></p><p class="many">one</p><p class="many">two</p><p hidden>unseen</p>
<a href="/file.txt" download>Export</a>
<a id="away" href="/away?x=1#y">Away</a>
<iframe id="inner" src="/inner"></iframe>
<script>document.querySelector('.editor').oninput = e => { document.querySelector('#news').textContent = 'typed ' + e.target.textContent };
document.onkeydown = e => { if (e.key === 'Escape') document.querySelector('#news').textContent = 'escaped' }</script>`

// app is the test's app. What it writes is what a hostile one could.
func app() http.Handler {
	m := http.NewServeMux()
	html := func(path, text string) {
		m.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, text)
		})
	}
	html("/{$}", page)
	html("/inner", `<p>inside</p><button onclick="this.textContent='pressed'">Inner</button>`)
	html("/away", "<title>Away</title>gone")
	html("/noisy", "<title>Noisy</title><script>console.error('bad thing'); setTimeout(() => { throw new Error('worse thing') })</script>")
	html("/loop", "<title>Loop</title><button onclick='for(;;){}'>Hang</button>")
	html("/popup", "<title>x</title><script>Promise.reject('a text, no error'); throw 'another'</script>")
	m.HandleFunc("/file.txt", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", "attachment")
		io.WriteString(w, "exported")
	})
	m.HandleFunc("/saved", func(w http.ResponseWriter, r *http.Request) {
		file, head, err := r.FormFile("file")
		text := []byte("no file")
		if err == nil {
			text, _ = io.ReadAll(file)
			text = append(text, " in "+head.Filename...)
		}
		fmt.Fprintf(w, "<title>Saved</title><p id=saved>%s, %s, %s</p>", r.FormValue("title"), r.FormValue("colour"), text)
	})
	m.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	return m
}

// serve starts the app behind a certificate of a CA of its own, for its host and
// the other one, and gives its address and the CA's file.
func serve(t testing.TB, h http.Handler) (address, ca string) {
	t.Helper()
	caCert, caKey := certificate(t, nil, nil)
	cert, key := certificate(t, caCert, caKey)
	s := httptest.NewUnstartedServer(h)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}}
	s.StartTLS()
	t.Cleanup(s.Close)
	ca = filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caCert.Raw})
	if err := os.WriteFile(ca, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return s.Listener.Addr().String(), ca
}

func certificate(t testing.TB, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "cc-ci test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), DNSNames: []string{host, other},
	}
	if parent == nil {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
		parent, parentKey = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, parentKey)
	if err != nil {
		t.Fatal(err)
	}
	c, err = x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c, key
}

// values are Vars over a map, with one secret.
type values map[string]string

func (v values) Set(name, text string) { v[name] = text }

// Pending: who is to be saved as "sealed" is a secret.
func (v values) Pending(name string) bool { return name == "sealed" && v[name] == "" }

func (v values) Expand(template string) (string, error) {
	for name, text := range v {
		template = strings.ReplaceAll(template, "${"+name+"}", text)
	}
	if _, rest, found := strings.Cut(template, "${"); found {
		return "", fmt.Errorf("unknown name in ${%s", rest)
	}
	return template, nil
}
