package router

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"
)

// backendKey finds the chosen task's address in a request's context.
type backendKey struct{}

// newProxy gives the handler that passes requests to the backend in their context.
func (r *Router) newProxy() http.Handler {
	dialer := net.Dialer{Timeout: 5 * time.Second}
	return &httputil.ReverseProxy{
		// Rewrite, not Director: it drops what the client claims in X-Forwarded-*.
		Rewrite: func(p *httputil.ProxyRequest) {
			backend, _ := p.In.Context().Value(backendKey{}).(string)
			p.SetURL(&url.URL{Scheme: "http", Host: backend})
			p.Out.Host = p.In.Host
			p.SetXForwarded()
			p.Out.Header.Set("X-Forwarded-Port", "443")
			p.Out.Header.Set("X-Real-Ip", hostname(p.In.RemoteAddr))
		},
		Transport: &http.Transport{
			DialContext:           dialer.DialContext,
			ResponseHeaderTimeout: 2 * time.Minute,
			IdleConnTimeout:       90 * time.Second,
			MaxIdleConnsPerHost:   16,
			DisableCompression:    true, // what the app sent is what the client gets
		},
		ErrorLog: slog.NewLogLogger(r.Log.Handler(), slog.LevelDebug),
		ErrorHandler: func(w http.ResponseWriter, req *http.Request, err error) {
			if errors.Is(err, context.Canceled) {
				return // the client has gone
			}
			r.Log.Warn("pass on", "host", req.Host, "path", req.URL.Path, "error", err)
			http.Error(w, http.StatusText(http.StatusBadGateway), http.StatusBadGateway)
		},
	}
}
