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

// release removes what a shim left in the engine: the first line of the file `held`
// is a container, the others are volumes.
func (c *Copy) release(ctx context.Context, docker, dir string) error {
	b, err := os.ReadFile(filepath.Join(dir, "held"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for i, name := range strings.Fields(string(b)) {
		args := []string{"-H", docker, "volume", "rm", "--force", name}
		if i == 0 {
			args = []string{"-H", docker, "rm", "--force", name}
		}
		if out, err := exec.CommandContext(context.WithoutCancel(ctx), "docker", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("docker %s: %w: %s", strings.Join(args[2:], " "), err, strings.TrimSpace(string(out)))
		}
	}
	return nil
}
