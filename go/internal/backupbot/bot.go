// Package backupbot is the program of a swarm service that saves and restores apps by
// their backupbot labels, for machines on which backup-bot-two can't be had. It
// reads what that one reads (abra contract, section 8: labels v1 and v2, the
// environment variables, the verbs) and keeps the data in a real restic repository,
// so a recipe's hooks, labels and dumps are tried for real.
//
// Contract: `backup -- create|restore|snapshots|ls|forget` with SERVICE (an app's
// domain or stack), SNAPSHOT and MACHINE_LOGS in the environment. Every service of the
// stack that is backed up must have a running container. The first thing that goes
// wrong fails the verb; post-hooks of a backup run all the same. A snapshot carries the
// stack's name as a tag, by which snapshots, restore without SNAPSHOT and forget find it.
// Several apps may be saved at once: who meets a lock waits.
//
// Limits: it never starts a backup by itself (no schedule). One engine, local volumes.
// Hooks run in sh, or, in an image without sh, as words; backup-bot-two is said to need bash.
// A v1 command's output is saved but nothing puts it back. A v1 path must lie in
// a volume. Restoring removes no file that the snapshot doesn't have. There is no `download`.
package backupbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/swarm"
)

// Engine is what the bot needs of the Engine API.
type Engine interface {
	ServiceList(context.Context, swarm.ServiceListOptions) ([]swarm.Service, error)
	TaskList(context.Context, swarm.TaskListOptions) ([]swarm.Task, error)
	ContainerStatPath(ctx context.Context, id, path string) (container.PathStat, error)
	ContainerExecCreate(ctx context.Context, id string, o container.ExecOptions) (container.ExecCreateResponse, error)
	ContainerExecAttach(ctx context.Context, id string, o container.ExecAttachOptions) (types.HijackedResponse, error)
	ContainerExecInspect(ctx context.Context, id string) (container.ExecInspect, error)
}

// Bot is one invocation.
type Bot struct {
	Engine  Engine
	Volumes string // the folder of the engine's volumes, mounted here
	Staging string // where the output of v1 commands waits to be saved
	Restic  string // executable; repository and password come from its own environment
	Out     io.Writer
	Getenv  func(string) string
}

// ready is there once the repository is.
const ready = "/run/backup-ready"

// Main does one verb. Without any it is the service's main process: it makes the
// repository where there is none, and waits for its end.
func (b Bot) Main(ctx context.Context, args []string) error {
	args = slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "--" })
	if len(args) == 0 {
		if err := b.initRepository(ctx); err != nil {
			return err
		}
		if err := os.WriteFile(ready, nil, 0o644); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	}
	stack := strings.ReplaceAll(b.Getenv("SERVICE"), ".", "_")
	verbs := map[string]func(context.Context, string) error{
		"create": b.create, "restore": b.restore, "snapshots": b.snapshots, "ls": b.list, "forget": b.forget,
	}
	verb, ok := verbs[args[0]]
	switch {
	case !ok || len(args) > 1:
		return fmt.Errorf("expected one of create, restore, snapshots, ls, forget; found %q", strings.Join(args, " "))
	case stack == "":
		return errors.New("SERVICE: expected an app, found none")
	}
	return verb(ctx, stack)
}

// say prints one line: a JSON object where MACHINE_LOGS is true, as machines like it.
func (b Bot) say(message string, fields ...string) {
	if b.Getenv("MACHINE_LOGS") != "true" {
		fmt.Fprintln(b.Out, "INFO", message, strings.Join(fields, " "))
		return
	}
	object := map[string]string{"message": message}
	for i := 0; i+1 < len(fields); i += 2 {
		object[fields[i]] = fields[i+1]
	}
	line, err := json.Marshal(object)
	if err == nil {
		fmt.Fprintf(b.Out, "%s\n", line)
	}
}
