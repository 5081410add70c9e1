package strength

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// shim writes a program that stands before abra.
func (c *Copy) shim(dir, abra string) (string, error) {
	real, err := exec.LookPath(abra)
	if err != nil {
		return "", fmt.Errorf("abra: %w", err)
	}
	path := filepath.Join(dir, "abra")
	text := fmt.Sprintf("#!/bin/sh\nheld='%s'\ncase \"$*\" in\n%s\nesac\nexec '%s' \"$@\"\n", filepath.Join(dir, "held"), strings.Join(c.shims, "\n"), real)
	return path, os.WriteFile(path, []byte(text), 0o700)
}

// release removes what a shim left in the engine: the file `held` has a line "container ID" or
// "volume NAME" for each, of the recipe's app and of those that it needs.
func (c *Copy) release(ctx context.Context, docker, dir string) error {
	b, err := os.ReadFile(filepath.Join(dir, "held"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var failed error
	for _, kind := range []string{"container", "volume"} { // a volume goes once nothing holds it
		for line := range strings.Lines(string(b)) {
			name, ok := strings.CutPrefix(strings.TrimSpace(line), kind+" ")
			if !ok {
				continue
			}
			args := []string{"-H", docker, kind, "rm", "--force", name}
			if out, err := exec.CommandContext(context.WithoutCancel(ctx), "docker", args...).CombinedOutput(); err != nil {
				failed = errors.Join(failed, fmt.Errorf("docker %s: %w: %s", strings.Join(args[2:], " "), err, strings.TrimSpace(string(out))))
			}
		}
	}
	return failed
}
