package router

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/docker/docker/api/types/swarm"
)

// engine answers with what it holds.
type engine struct {
	services []swarm.Service
	tasks    []swarm.Task
	err      error
}

func (e *engine) ServiceList(context.Context, swarm.ServiceListOptions) ([]swarm.Service, error) {
	return e.services, e.err
}

func (e *engine) TaskList(context.Context, swarm.TaskListOptions) ([]swarm.Task, error) {
	return e.tasks, e.err
}

var _ Engine = (*engine)(nil)

// routerTo gives a router whose only app, a.test, is handled by h.
func routerTo(t *testing.T, h http.HandlerFunc) (*Router, *engine) {
	t.Helper()
	backend := httptest.NewServer(h)
	t.Cleanup(backend.Close)
	u, err := url.Parse(backend.URL)
	if err != nil {
		t.Fatal(err)
	}
	e := &engine{
		services: []swarm.Service{service("a", "a.test", map[string]string{"traefik.http.services.a.loadbalancer.server.port": u.Port()})},
		tasks:    []swarm.Task{task("a", "127.0.0.1", swarm.TaskStateRunning)},
	}
	r := newRouter(Options{Network: "proxy", Engine: e, Log: slog.New(slog.DiscardHandler)})
	if err := r.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r, e
}

func get(h http.Handler, target string, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

func TestPassesOn(t *testing.T) {
	r, _ := routerTo(t, func(w http.ResponseWriter, r *http.Request) {
		h := r.Header
		io.WriteString(w, strings.Join([]string{r.Host, r.RequestURI, h.Get("X-Forwarded-For"), h.Get("X-Forwarded-Proto"), h.Get("X-Forwarded-Host")}, " "))
	})
	w := get(r, "https://a.test/x%2fy?z=1", "X-Forwarded-For", "198.51.100.1", "X-Forwarded-Host", "forged")
	if got, want := w.Body.String(), "a.test /x%2fy?z=1 192.0.2.1 https a.test"; got != want {
		t.Errorf("the app saw %q; expected %q", got, want)
	}
}

func TestUnknownName(t *testing.T) {
	r, e := routerTo(t, func(http.ResponseWriter, *http.Request) { t.Error("the app was asked") })
	if w := get(r, "https://b.test/"); w.Code != http.StatusNotFound || w.Body.String() != "404 page not found\n" {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
	e.tasks = nil
	if err := r.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w := get(r, "https://a.test/"); w.Code != http.StatusNotFound {
		t.Errorf("an app without tasks: got %d", w.Code)
	}
}

func TestEngineGone(t *testing.T) {
	r, e := routerTo(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "here") })
	e.err = errors.New("gone")
	if err := r.look(t.Context()); err == nil || !strings.Contains(err.Error(), "list services: gone") {
		t.Errorf("got %v", err)
	}
	if w := get(r, "https://a.test/"); w.Body.String() != "here" {
		t.Errorf("got %d %q; expected the routes of before", w.Code, w.Body)
	}
}

func TestBackendGone(t *testing.T) {
	r, _ := routerTo(t, nil)
	r.routes.Store(&[]route{{match: func(_, _ string) bool { return true }, backends: []string{"127.0.0.1:1"}, turn: new(atomic.Uint64)}})
	if w := get(r, "https://a.test/"); w.Code != http.StatusBadGateway {
		t.Errorf("got %d", w.Code)
	}
}

func TestPlain(t *testing.T) {
	r, _ := routerTo(t, nil)
	plain := http.HandlerFunc(r.plain)
	if w := get(plain, "http://127.0.0.1/ping"); w.Body.String() != "OK" {
		t.Errorf("ping: %q", w.Body)
	}
	if w := get(plain, "http://a.test:8080/x?y"); w.Code != http.StatusPermanentRedirect || w.Header().Get("Location") != "https://a.test/x?y" {
		t.Errorf("got %d %s", w.Code, w.Header().Get("Location"))
	}
}

func TestUpgrade(t *testing.T) {
	r, _ := routerTo(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", r.Header.Get("Upgrade"))
		w.WriteHeader(http.StatusSwitchingProtocols)
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		line, _ := buf.ReadString('\n')
		io.WriteString(conn, "echo "+line)
	})
	srv := httptest.NewServer(r)
	defer srv.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "a.test"
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "websocket")
	res, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	socket, ok := res.Body.(io.ReadWriter)
	if !ok || res.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("got %s", res.Status)
	}
	io.WriteString(socket, "hello\n")
	if got, err := io.ReadAll(socket); err != nil || string(got) != "echo hello\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestCertificateCoversTheName(t *testing.T) {
	srv := httptest.NewTLSServer(nil) // its certificate is for example.com
	defer srv.Close()
	choose := only(srv.TLS.Certificates[0])
	for name, ok := range map[string]bool{"example.com": true, "a.test": false, "": false} {
		if _, err := choose(&tls.ClientHelloInfo{ServerName: name}); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}
