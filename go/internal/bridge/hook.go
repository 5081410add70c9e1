package bridge

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
)

const (
	hookBody    = 1 << 20 // of one delivery; Gitea's are about 16 KB
	hookHeader  = 16 << 10
	connections = 32 // at a time; so bodies take at most 32 MB
)

// hookTime is for a whole request: a slow sender is cut off.
const hookTime = 10 * time.Second

// Handler serves /hook, /healthz and /metrics. Without a secret every delivery is refused.
func (b *Bridge) Handler(secret string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /hook", func(w http.ResponseWriter, r *http.Request) {
		status, said := b.hook(http.MaxBytesReader(w, r.Body, hookBody), r.Header, secret)
		b.health.count("hook", said)
		if status >= http.StatusBadRequest {
			http.Error(w, said, status)
			return
		}
		w.WriteHeader(status)
	})
	mux.HandleFunc("GET /healthz", b.serveHealth)
	mux.HandleFunc("GET /metrics", b.serveMetrics)
	return mux
}

// hook judges one delivery. It is a waker and nothing more (T3): no word of the body is
// used but to see whether it can be about a new comment, so one that is replayed, late or
// invented by somebody with the secret costs one look at the forge.
func (b *Bridge) hook(body io.Reader, header http.Header, secret string) (int, string) {
	raw, err := io.ReadAll(body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge, "too long"
	}
	if err != nil {
		return http.StatusBadRequest, "not read"
	}
	if !signed(raw, header.Get("X-Gitea-Signature"), secret) {
		return http.StatusForbidden, "bad signature"
	}
	var event struct {
		Action string `json:"action"`
		IsPull bool   `json:"is_pull"`
	}
	if header.Get("X-Gitea-Event") != "issue_comment" {
		return http.StatusNoContent, "another event"
	}
	if err := json.Unmarshal(raw, &event); err != nil {
		return http.StatusBadRequest, "not JSON"
	}
	if event.Action != "created" || !event.IsPull {
		return http.StatusNoContent, "another event"
	}
	b.Wake()
	return http.StatusNoContent, "woken"
}

// signed compares the HMAC-SHA256 of the raw body in constant time.
func signed(raw []byte, signature, secret string) bool {
	got, err := hex.DecodeString(signature)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(raw) //nolint:errcheck // a hash never fails
	return hmac.Equal(got, mac.Sum(nil)) && err == nil && secret != ""
}

// Serve answers requests on l until ctx ends.
func (b *Bridge) Serve(ctx context.Context, l net.Listener, secret string) error {
	s := &http.Server{
		Handler: b.Handler(secret), ReadTimeout: hookTime, ReadHeaderTimeout: hookTime / 2, WriteTimeout: hookTime,
		IdleTimeout: time.Minute, MaxHeaderBytes: hookHeader, ErrorLog: slog.NewLogLogger(b.log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), hookTime)
		defer cancel()
		stopped <- s.Shutdown(bounded)
	}()
	if err := s.Serve(netutil.LimitListener(l, connections)); !errors.Is(err, http.ErrServerClosed) {
		return err // the goroutine ends with ctx
	}
	return <-stopped
}
