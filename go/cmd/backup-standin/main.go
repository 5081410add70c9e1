// Backup-standin is /usr/bin/backup of the swarm service that package backupbot describes.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/docker/docker/client"

	"coopcloud.tech/cc-ci/internal/backupbot"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	engine, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err == nil {
		bot := backupbot.Bot{Engine: engine, Volumes: "/var/lib/docker/volumes", Staging: "/backups/dumps", Restic: "restic", Out: os.Stdout, Getenv: os.Getenv}
		err = bot.Main(ctx, os.Args[1:])
	}
	if err != nil {
		fmt.Println("ERROR", err)
		os.Exit(1)
	}
}
