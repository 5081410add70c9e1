// Standin plays the web applications of recipes whose own can't be had on a machine: the few requests, pages and
// cookies that a recipe's test uses, over a real database or real files. What it plays is a reduced form, made from
// what the application's own documentation says; a green test of it says that the test is sound, and nothing
// about the recipe. Never the other way round: nothing here is bent to make a test pass.
//
//	standin ROLE                  serve one application: hedgedoc, cryptpad, keycloak, ...
//	standin healthcheck [PATH]    ask the running server; for the container's health check
//	mc ...                        (by that name) the object store's client
//
// Settings come from the environment: LISTEN (":8080"); for roles with a database DB_HOST, DB_NAME, DB_USER and
// DB_PASSWORD_FILE; for those with files DATA. Roles have a few more, named where they are read.
package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// roles are the applications, each with what it needs to serve.
var roles = map[string]func(store) (http.Handler, error){
	"authentik": authentik,
	"collabora": collabora,
	"cryptpad":  cryptpad,
	"hedgedoc":  hedgedoc,
	"immich":    immich,
	"keycloak":  keycloak,
	"lasuite":   lasuite,
	"minio":     minio,
	"static":    static,
}

func main() {
	err := errors.New("usage: standin ROLE | healthcheck [PATH]")
	switch args := os.Args[1:]; {
	case filepath.Base(os.Args[0]) == "mc":
		err = mc(args)
	case len(args) > 0 && args[0] == "healthcheck":
		err = healthcheck(strings.Join(args[1:], ""))
	case len(args) == 1:
		err = serve(args[0])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "standin:", err)
		os.Exit(1)
	}
}

func serve(role string) error {
	make, ok := roles[role]
	if !ok {
		return fmt.Errorf("expected one of %s, found %q", strings.Join(slices.Sorted(maps.Keys(roles)), ", "), role)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	s, err := openStore(ctx)
	if err != nil {
		return err
	}
	handler, err := make(s)
	if err != nil {
		return err
	}
	server := &http.Server{Addr: setting("LISTEN", ":8080"), Handler: common(handler), ReadHeaderTimeout: 10 * time.Second}
	ended := context.AfterFunc(ctx, func() { server.Close() })
	defer ended()
	fmt.Println("serving", role, "on", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// common is what every server answers alike: browsers ask for an icon, and count its absence as an error.
func common(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/favicon.ico" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, 64<<20)
		next.ServeHTTP(w, r)
	})
}

func healthcheck(path string) error {
	_, port, err := net.SplitHostPort(setting("LISTEN", ":8080"))
	if err != nil {
		return err
	}
	client := http.Client{Timeout: 5 * time.Second}
	res, err := client.Get("http://127.0.0.1:" + port + "/" + strings.TrimPrefix(path, "/"))
	if err != nil {
		return err
	}
	res.Body.Close()
	if res.StatusCode >= 400 {
		return errors.New(res.Status)
	}
	return nil
}

// setting is a variable of the environment, else the default.
func setting(name, usual string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return usual
}

// secret reads one of the app's secrets.
func secret(name string) (string, error) {
	b, err := os.ReadFile(setting("SECRETS", "/run/secrets") + "/" + name)
	return strings.TrimSpace(string(b)), err
}
