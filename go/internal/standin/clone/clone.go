// Package clone handles a recipe's git clone as abra does: fetching, versions from
// tags, moving the work tree, the hash a chaos deploy is stamped with (abra contract
// 3.2, 3.6, 5). It runs the git executable.
//
// Contract: methods change the clone only where their name says so. Errors carry what
// git printed.
package clone

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Upstream is where recipes live that are named without a host.
const Upstream = "https://git.coopcloud.tech/coop-cloud/"

// Clone is one recipe's work tree.
type Clone struct {
	Name string // the recipe as TYPE names it
	Dir  string
}

// At gives the clone of the recipe below the folder recipes. A git URL's folder has
// "/" and "." turned into "_". Nothing is checked.
func At(recipes, recipe string) Clone {
	folder := recipe
	if strings.Contains(recipe, "/") {
		folder = strings.NewReplacer("/", "_", ".", "_").Replace(recipe)
	}
	return Clone{Name: recipe, Dir: filepath.Join(recipes, folder)}
}

// Exists says whether the folder is there.
func (c Clone) Exists() bool {
	_, err := os.Stat(c.Dir)
	return !errors.Is(err, fs.ErrNotExist)
}

// Fetch makes the clone, or brings the tags and branches of an existing one up to date.
// A clone without a remote is left as it is.
func (c Clone) Fetch(ctx context.Context) error {
	if !c.Exists() {
		url := Upstream + c.Name + ".git"
		if strings.Contains(c.Name, "/") {
			url = "https://" + c.Name + ".git"
		}
		_, err := run(ctx, ".", "clone", "--quiet", "--", url, c.Dir)
		return err
	}
	remotes, err := c.git(ctx, "remote")
	if err != nil || remotes == "" {
		return err
	}
	_, err = c.git(ctx, "fetch", "--quiet", "--tags", "--force", "origin")
	return err
}

// dirty says whether the work tree has changed or untracked files.
func (c Clone) dirty(ctx context.Context) (bool, error) {
	out, err := c.git(ctx, "status", "--porcelain", "--untracked-files=normal")
	return out != "", err
}

// Clean gives abra's error for a work tree with changed or untracked files.
func (c Clone) Clean(ctx context.Context) error {
	dirty, err := c.dirty(ctx)
	if err == nil && dirty {
		err = fmt.Errorf("%s (%s) has locally unstaged changes?", c.Name, c.Dir)
	}
	return err
}

// Checkout moves the work tree to a tag or commit.
func (c Clone) Checkout(ctx context.Context, version string) error {
	if _, err := c.git(ctx, "rev-parse", "--verify", "--quiet", version+"^{commit}"); err != nil {
		return fmt.Errorf("%s: version %s not found in the clone", c.Name, version)
	}
	_, err := c.git(ctx, "checkout", "--quiet", "--detach", version)
	return err
}

// shortHash gives the first eight characters of HEAD.
func (c Clone) shortHash(ctx context.Context) (string, error) {
	out, err := c.git(ctx, "rev-parse", "HEAD")
	if err != nil {
		return "", err
	}
	return out[:8], nil
}

// ChaosVersion gives the short hash of HEAD, with "+U" where the tree is dirty.
func (c Clone) ChaosVersion(ctx context.Context) (string, error) {
	hash, err := c.shortHash(ctx)
	if err != nil {
		return "", err
	}
	dirty, err := c.dirty(ctx)
	if dirty {
		hash += "+U"
	}
	return hash, err
}

// Path gives the path of a file in the clone. As abra joins them, "../" leaves it.
func (c Clone) Path(name string) string { return filepath.Join(c.Dir, name) }

func (c Clone) git(ctx context.Context, args ...string) (string, error) {
	if !c.Exists() {
		return "", fmt.Errorf("recipe %s: no clone at %s; fetch it first", c.Name, c.Dir)
	}
	return run(ctx, c.Dir, args...)
}

func run(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...)
	// A prompt for a password would wait for ever: abra is always run without input.
	cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s in %s: %w: %s", args[0], dir, err, strings.TrimSpace(errs.String()))
	}
	return strings.TrimSpace(out.String()), nil
}
