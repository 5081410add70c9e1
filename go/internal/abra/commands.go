package abra

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// server is the name of the machine's own engine in abra (contract section 3.1).
const server = "default"

const short, long = 2 * time.Minute, 10 * time.Minute

// ServerAdd registers the machine's own engine. The folder that it makes is the
// proof; a second call may warn or fail.
func (c CLI) ServerAdd(ctx context.Context) error {
	_, err := c.run(ctx, short, "server", "add", "--local", "-n")
	if _, stat := os.Stat(filepath.Join(c.Dir, "servers", server)); stat == nil {
		return nil
	}
	return err
}

// AppNew makes the app's env file from the recipe clone as it stands (-C: without it
// abra moves the clone to a release, contract section 3.3).
func (c CLI) AppNew(ctx context.Context, recipe, domain string) error {
	_, err := c.run(ctx, short, "app", "new", recipe, "-n", "-C", "--domain="+domain, "--server="+server)
	return err
}

// Deploy puts the clone as it stands on the swarm and returns without watching: the
// engine's events are watched instead. -C also stands for the -f that a redeploy needs.
func (c CLI) Deploy(ctx context.Context, domain string) error {
	_, err := c.run(ctx, long, "app", "deploy", domain, "-n", "-C", "-D", "-c")
	return err
}

// Undeploy removes the stack; volumes and secrets stay (contract section 3.7).
func (c CLI) Undeploy(ctx context.Context, domain string) error {
	_, err := c.run(ctx, long, "app", "undeploy", domain, "-n")
	return err
}

// EnvFile is the path of the app's env file (contract section 4).
func (c CLI) EnvFile(domain string) string {
	return filepath.Join(c.Dir, "servers", server, domain+".env")
}

// RecipeDir is the path of the recipe's clone (contract section 4).
func (c CLI) RecipeDir(recipe string) string { return filepath.Join(c.Dir, "recipes", recipe) }

// Forget removes the app's env file.
func (c CLI) Forget(domain string) error {
	if err := os.Remove(c.EnvFile(domain)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("env file of %s: %w", domain, err)
	}
	return nil
}
