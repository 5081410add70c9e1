package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"coopcloud.tech/cc-ci/checks/demo/internal/store"
	"coopcloud.tech/cc-ci/checks/demo/internal/web"
)

// goodbye is how long open requests have once the container is told to stop.
const goodbye = 150 * time.Millisecond

func serve(c config) (err error) {
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stdout, nil)))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	select {
	case <-time.After(c.delay):
	case <-ctx.Done():
		return nil
	}
	site, err := open(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, site.Files.Close(), site.Store.Close()) }()

	slog.Info("start", "version", version, "schema", c.schema, "listen", c.listen)
	public := &http.Server{Handler: site.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	admin := &http.Server{Handler: adminHandler(site.Store), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 2)
	go func() { ended <- listen(public, "tcp", c.listen) }()
	go func() { ended <- listen(admin, "unix", c.admin) }()

	running := 2
	select {
	case err = <-ended:
		running--
	case <-ctx.Done():
	}
	slog.Info("stop")
	for _, s := range []*http.Server{public, admin} {
		shut(s)
	}
	for range running {
		err = errors.Join(err, <-ended)
	}
	return err
}

func open(c config) (*web.Site, error) {
	site := &web.Site{Version: version, User: c.user}
	var err error
	if site.Password, err = secret(c.passwordFile); err != nil {
		return nil, err
	}
	if site.Key, err = c.sessionKey(); err != nil {
		return nil, err
	}
	if site.Banner, err = c.banner(); err != nil {
		return nil, err
	}
	uploads := filepath.Join(c.data, "uploads")
	if err := os.MkdirAll(uploads, 0o700); err != nil {
		return nil, err
	}
	if site.Files, err = os.OpenRoot(uploads); err != nil {
		return nil, err
	}
	if site.Store, err = store.Open(filepath.Join(c.data, "notes.db"), c.schema); err != nil {
		return nil, errors.Join(err, site.Files.Close())
	}
	return site, nil
}

func listen(s *http.Server, network, address string) error {
	l, err := net.Listen(network, address)
	if err != nil {
		return err
	}
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", address, err)
	}
	return nil
}

// shut lets requests end and then cuts them off.
func shut(s *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye/2)
	defer cancel()
	if s.Shutdown(ctx) != nil {
		s.Close()
	}
}

// adminHandler serves dump and load. Only processes of the same container reach it.
func adminHandler(s *store.Store) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /dump", func(w http.ResponseWriter, _ *http.Request) {
		if err := s.Dump(w); err != nil {
			slog.Error("dump", "error", err)
			panic(http.ErrAbortHandler) // cuts the answer: half a dump must not look whole
		}
	})
	mux.HandleFunc("POST /load", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Load(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		}
	})
	return mux
}
