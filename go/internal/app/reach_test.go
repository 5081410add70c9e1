package app

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/step"
)

// A further host that comes a moment later is waited for, one that never comes is the recipe's fault.
func TestReadyWaitsForFurtherHosts(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after int // requests to the further host until it is there
		want  string
	}{
		{"at once", 0, ""},
		{"a moment later", 3, ""},
		{"never", 1 << 20, "ready: GET https://office-notes.ci.test/discovery: expected status [200] within 3s, got status 404"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			limit := time.Minute
			if tt.want != "" { // it is reached
				limit = 3 * time.Second
			}
			asked := 0
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Host == "office-notes.ci.test" {
					if asked++; asked <= tt.after {
						http.NotFound(w, r)
					}
				}
			}))
			defer server.Close()
			client, err := HTTPClient(site.Site{Router: site.Router{Address: server.Listener.Addr().String()}})
			if err != nil {
				t.Fatal(err)
			}
			client.Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = true
			a := &App{HTTP: client, Names: recipe.Names{Domain: "notes.ci.test"}, Tell: func(string) {}, Plan: &plan.Plan{
				Hosts: []string{"office-${domain}"},
				Ready: plan.Ready{Path: "/", Also: []string{"https://office-${domain}/discovery"}, Status: []int{200}, Timeout: plan.Duration(limit)},
			}}
			switch err := a.Ready(t.Context()); {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("want %q, got %v", tt.want, err)
			}
		})
	}
}

// Where an answer leads is not asked: what another app, or a page elsewhere, says is no word of this app's.
func TestReadyFollowsNoRedirect(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "example.com" {
			http.Redirect(w, r, "https://other.example.com/", http.StatusFound)
		}
	}))
	defer server.Close()
	a := &App{HTTP: trusting(t, server), Names: recipe.Names{Domain: "example.com"}, Tell: func(string) {},
		Plan: &plan.Plan{Ready: plan.Ready{Path: "/", Status: []int{200}, Timeout: plan.Duration(3 * time.Second)}}}
	if err := a.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "got status 302") {
		t.Errorf("expected the redirect's own status, found %v", err)
	}
}

func TestPause(t *testing.T) {
	for waited, want := range map[time.Duration]time.Duration{
		0:                      50 * time.Millisecond,
		700 * time.Millisecond: 70 * time.Millisecond,
		8 * time.Second:        800 * time.Millisecond,
		time.Minute:            time.Second,
	} {
		if got := pause(waited); got != want {
			t.Errorf("after %s: got %s, want %s", waited, got, want)
		}
	}
}

// What the client says first in HTTP/2, its settings, must offer to take frames as large as routers' pieces.
func TestOffersLargeFrames(t *testing.T) {
	first := make(chan []byte, 1)
	server := httptest.NewUnstartedServer(nil)
	server.TLS = &tls.Config{NextProtos: []string{"h2"}}
	server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){"h2": func(_ *http.Server, c *tls.Conn, _ http.Handler) {
		head := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")+9)
		_, err := io.ReadFull(c, head)
		frame := head[len(head)-9:]
		settings := make([]byte, int(frame[0])<<16|int(frame[1])<<8|int(frame[2]))
		if err == nil {
			_, err = io.ReadFull(c, settings)
		}
		if err != nil {
			settings = nil
		}
		first <- settings
		c.Close()
	}}
	server.StartTLS()
	defer server.Close()
	if _, err := probe(t.Context(), trusting(t, server), "https://example.com/"); err == nil {
		t.Error("expected no answer of a connection that was closed")
	}
	offered := map[uint16]uint32{}
	for s := <-first; len(s) >= 6; s = s[6:] {
		offered[binary.BigEndian.Uint16(s)] = binary.BigEndian.Uint32(s[2:])
	}
	if offered[5] != frame { // SETTINGS_MAX_FRAME_SIZE, RFC 9113 section 6.5.2
		t.Errorf("expected a largest frame of %d, found settings %v", frame, offered)
	}
}

// trusting is a client whose router is the server, and whose CA signed the server's certificate, which is for example.com.
func trusting(t testing.TB, server *httptest.Server) *http.Client {
	t.Helper()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	client, err := HTTPClient(site.Site{CA: ca, Router: site.Router{Address: server.Listener.Addr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// BenchmarkHash is a step that compares the SHA-256 of a body of 256 MiB, which comes as a router passes it on; the other
// side's work is in it.
func BenchmarkHash(b *testing.B) {
	part, sum := make([]byte, 32<<10), sha256.New()
	const parts = 256 << 20 / (32 << 10)
	for range parts {
		sum.Write(part)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range parts {
			w.Write(part)
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	a := &App{HTTP: trusting(b, server), Names: recipe.Names{Domain: "example.com"}, Plan: &plan.Plan{}}
	steps := []plan.Step{{HTTP: &plan.HTTP{Path: "/", Expect: &plan.HTTPExpect{SHA256: hex.EncodeToString(sum.Sum(nil))}}}}
	b.SetBytes(parts * int64(len(part)))
	for b.Loop() {
		if _, _, err := step.Run(b.Context(), steps, "state.verify", step.Deps{App: a, Vars: step.NewVars(nil, nil), Limit: time.Minute}); err != nil {
			b.Fatal(err)
		}
	}
}
