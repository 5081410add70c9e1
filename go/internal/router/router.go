// Package router is a small HTTPS router for a single-node swarm: the demo's
// stand-in for Traefik on a machine that has none.
//
// It reads the traefik labels of swarm services through the Engine API, a few
// times a second, and passes requests to the running tasks behind them. It ends
// TLS with one certificate and, as the coop-cloud/traefik recipe is set up,
// refuses names that the certificate doesn't cover, answers unknown names with
// "404 page not found", and sends http to https with status 308.
//
// Understood: traefik.enable; http.routers.X.rule with Host and PathPrefix joined
// by &&, || and parentheses; .priority; .service; http.services.X.loadbalancer
// .server.port; the network label. WebSockets pass.
//
// Limits: no middlewares, no TCP or UDP routers, no https to the backend, no
// certificates of its own, no sticky sessions. A router that asks for one of these
// is left out and named in the log; entry points and certificate resolvers are
// taken for those of the recipe. Tests and CI use the real Traefik.
package router

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Options say where the router listens and what it reads. All are required.
type Options struct {
	HTTP, HTTPS string        // addresses, ":8080"
	Cert, Key   string        // PEM files; the full chain, leaf first
	Network     string        // the overlay network that the router shares with apps
	Poll        time.Duration // between two looks at the engine
	Engine      Engine
	Log         *slog.Logger
}

// Router holds the routes in force. It is made by Run.
type Router struct {
	Options
	routes atomic.Pointer[[]route]
	proxy  http.Handler
	known  map[string]bool // problems that were logged; watch alone uses it
}

// Run serves until ctx ends. Its error is one of listening, or a certificate that can't be read.
func Run(ctx context.Context, o Options) error {
	cert, err := tls.LoadX509KeyPair(o.Cert, o.Key)
	if err != nil {
		return fmt.Errorf("certificate %s: %w", o.Cert, err)
	}
	r := newRouter(o)
	secure := r.server(r)
	secure.TLSConfig = &tls.Config{GetCertificate: only(cert)}
	plain := r.server(http.HandlerFunc(r.plain))

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	running.Go(func() { r.watch(ctx) })
	running.Go(func() { cancel(serve(plain, o.HTTP, nil)) })
	running.Go(func() { cancel(serve(secure, o.HTTPS, secure.TLSConfig)) })
	<-ctx.Done()
	for _, s := range []*http.Server{plain, secure} {
		err = errors.Join(err, shut(s))
	}
	running.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		err = errors.Join(err, cause)
	}
	return err
}

func newRouter(o Options) *Router {
	r := &Router{Options: o, known: map[string]bool{}}
	r.routes.Store(new([]route))
	r.proxy = r.newProxy()
	return r
}

// ServeHTTP passes a request on to the app that its host and path name.
func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	host := hostname(req.Host)
	for _, route := range *r.routes.Load() {
		if route.match(host, req.URL.Path) {
			backend := route.backends[route.turn.Add(1)%uint64(len(route.backends))]
			r.proxy.ServeHTTP(w, req.WithContext(context.WithValue(req.Context(), backendKey{}, backend)))
			return
		}
	}
	http.NotFound(w, req)
}

// plain is the http port: a health endpoint, and the way to https.
func (r *Router) plain(w http.ResponseWriter, req *http.Request) {
	if req.URL.Path == "/ping" {
		io.WriteString(w, "OK")
		return
	}
	http.Redirect(w, req, "https://"+hostname(req.Host)+req.URL.RequestURI(), http.StatusPermanentRedirect)
}

func (r *Router) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       3 * time.Minute,
		ErrorLog:          slog.NewLogLogger(r.Log.Handler(), slog.LevelDebug),
	}
}

// only refuses handshakes for names that the certificate doesn't cover, as sniStrict does.
func only(cert tls.Certificate) func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if err := cert.Leaf.VerifyHostname(hello.ServerName); err != nil {
			return nil, err
		}
		return &cert, nil
	}
}

func serve(s *http.Server, address string, secure *tls.Config) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	if secure != nil {
		err = s.ServeTLS(l, "", "")
	} else {
		err = s.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve %s: %w", address, err)
}

// shut lets open requests end for half a second, then cuts them off.
func shut(s *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return s.Close()
}

func hostname(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return hostport
}
