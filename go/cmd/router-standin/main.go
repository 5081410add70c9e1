// Router-standin runs package router with the places that its swarm service has.
package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/docker/docker/client"

	"coopcloud.tech/cc-ci/internal/router"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	engine, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err == nil {
		err = router.Run(ctx, router.Options{
			HTTP: ":8080", HTTPS: ":8443", Cert: "/run/secrets/ssl_cert", Key: "/run/secrets/ssl_key",
			Network: "proxy", Poll: 250 * time.Millisecond, Engine: engine, Log: slog.Default(),
		})
	}
	stop()
	if err != nil {
		slog.Error("router-standin", "error", err)
		os.Exit(1)
	}
}
