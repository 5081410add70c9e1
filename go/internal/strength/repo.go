package strength

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"coopcloud.tech/cc-ci/internal/ownrepo"
)

// write puts a file into the copy's checkout.
func (c *Copy) write(name, text string, mode os.FileMode) error {
	path := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		return err
	}
	return os.Chmod(path, mode)
}

// appendTo adds lines to a file of the checkout.
func (c *Copy) appendTo(name, lines string) error {
	b, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		return err
	}
	return c.write(name, strings.TrimRight(string(b), "\n")+"\n"+lines, 0o644)
}

// commit makes the checkout as it stands the head of main. Its message makes the commit,
// and so the app's name, the mutation's own even where no file changed.
func commit(ctx context.Context, dir, message string) error {
	for _, args := range [][]string{
		{"checkout", "--quiet", "-B", "main"},
		{"add", "--all", "--force"},
		{"commit", "--quiet", "--allow-empty", "--no-verify", "--message", message},
	} {
		if _, err := ownrepo.Git(ctx, dir, args...); err != nil {
			return err
		}
	}
	return nil
}
