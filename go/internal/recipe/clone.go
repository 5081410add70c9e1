package recipe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// ErrNoCommit means that a ref names nothing in the repository.
var ErrNoCommit = errors.New("no such commit, tag, branch or pull request")

var (
	hexRef  = regexp.MustCompile(`^[0-9a-f]{7,40}$`)
	pullRef = regexp.MustCompile(`^refs/pull/[1-9][0-9]{0,8}/head$`)
	nameRef = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.+/-]{0,199}$`)
	scpURL  = regexp.MustCompile(`^[a-z0-9_-]+@[a-zA-Z0-9.-]+:[^-].*$`)
)

// Clone clones the repository at source into dir with all branches and tags.
// dir must not exist or be empty. source is an https or ssh URL, a file URL or
// an absolute path; plain http is accepted for this machine's own addresses only.
// A URL with a password is refused, because it would be seen in the process list. A repository beyond
// any recipe's size is the recipe's fault, found before it fills the disk.
func Clone(ctx context.Context, source, dir string) error {
	if err := checkSource(source); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fmt.Errorf("clone %s: %w", source, err)
	}
	_, err := gitOut(ctx, "", "clone", "--quiet", "--no-local", "--no-checkout", "--no-recurse-submodules", "--template=", "--origin=origin", "--", source, dir)
	if err == nil {
		err = exact(dir)
	}
	if err == nil {
		err = fits(ctx, dir, "HEAD")
	}
	if err == nil {
		_, err = gitOut(ctx, dir, "checkout", "--quiet", "--force")
	}
	if err != nil {
		return fmt.Errorf("clone %s: %w", source, err)
	}
	return nil
}

// exact makes git write every file as the commit holds it, whatever the repository's own
// attributes say: with `* text=auto` a file that was committed with CRLF counts as changed
// from its first second on, and a filter would be a program of the recipe's choice.
func exact(dir string) error {
	info := filepath.Join(dir, ".git", "info")
	if err := os.MkdirAll(info, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(info, "attributes"), []byte("* -text -eol -crlf -ident -filter -working-tree-encoding\n"), 0o644)
}

func checkSource(source string) error {
	if filepath.IsAbs(source) || scpURL.MatchString(source) {
		return nil
	}
	u, err := url.Parse(source)
	if err != nil {
		return fmt.Errorf("recipe source: %w", err)
	}
	if _, has := u.User.Password(); has {
		return fmt.Errorf("recipe source at %s: a URL with a password is refused: it would show in the process list", u.Host)
	}
	switch {
	case u.Scheme == "https" && u.Host != "", u.Scheme == "ssh" && u.Host != "" && !strings.HasPrefix(u.Host, "-"):
		return nil
	case u.Scheme == "file" && u.Host == "" && filepath.IsAbs(u.Path):
		return nil
	case u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("recipe source %q: expected an https, ssh or file URL or an absolute path", source)
}

// Origin gives the address that others can clone the repository in dir from: its remote
// `origin` without who asks (a token may stand there), or dir itself where it has none that
// Clone takes.
func Origin(ctx context.Context, dir string) string {
	out, err := gitOut(ctx, dir, "remote", "get-url", "origin")
	origin := strings.TrimSpace(string(out))
	if u, parsed := url.Parse(origin); parsed == nil && u.Scheme == "https" {
		u.User = nil
		origin = u.String()
	}
	if err != nil || origin == "" || checkSource(origin) != nil {
		return dir
	}
	return origin
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Checkout puts the work tree on ref and gives its commit, 40 hex digits. ref is a
// commit (at least 7 digits), a tag, a branch of the origin, or refs/pull/N/head,
// which is fetched from the origin first; so is a whole commit that is not there
// yet. Files that the commit doesn't hold are removed. Afterwards HEAD is that
// commit and the tree is clean, or there is an error; ErrNoCommit where ref names nothing.
func Checkout(ctx context.Context, dir, ref string) (string, error) {
	commit, err := resolve(ctx, dir, ref)
	if err != nil {
		return "", fmt.Errorf("check out %q in %s: %w", ref, dir, err)
	}
	if err := fits(ctx, dir, commit); err != nil {
		return "", fmt.Errorf("check out %q in %s: %w", ref, dir, err)
	}
	steps := [][]string{
		{"checkout", "--quiet", "--force", "--detach", commit},
		{"clean", "-ffdxq"},
	}
	for _, s := range steps {
		if _, err := gitOut(ctx, dir, s...); err != nil {
			return "", fmt.Errorf("check out %q in %s: %w", ref, dir, err)
		}
	}
	return commit, verify(ctx, dir, commit)
}

// verify holds the checkout to its promise: abra deploys whatever lies there.
func verify(ctx context.Context, dir, commit string) error {
	head, err := Head(ctx, dir)
	if err != nil {
		return err
	}
	if head != commit {
		return fmt.Errorf("check out in %s: expected HEAD at %s, found %s", dir, commit, head)
	}
	dirt, err := gitOut(ctx, dir, "status", "--porcelain", "--untracked-files=all", "--ignored")
	if err != nil {
		return err
	}
	if len(dirt) > 0 {
		return fmt.Errorf("check out in %s: expected a clean tree at %s, found: %s", dir, commit, firstLines(string(dirt), 5))
	}
	return nil
}

// Head gives the commit that dir is on.
func Head(ctx context.Context, dir string) (string, error) {
	out, err := gitOut(ctx, dir, "rev-parse", "--verify", "HEAD^{commit}")
	return strings.TrimSpace(string(out)), err
}

// fetchPull fetches the head of a pull request from the origin and gives its
// commit; the work tree stays as it is. ErrNoCommit where there is none.
func fetchPull(ctx context.Context, dir, ref string) (string, error) {
	local := "refs/cc-ci/" + strings.TrimPrefix(ref, "refs/")
	if _, err := gitOut(ctx, dir, "fetch", "--quiet", "--no-tags", "origin", "+"+ref+":"+local); err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoCommit, err)
	}
	return commitOf(ctx, dir, local)
}

func resolve(ctx context.Context, dir, ref string) (string, error) {
	if pullRef.MatchString(ref) {
		return fetchPull(ctx, dir, ref)
	}
	// A commit comes before a tag or a branch that a hostile repository named like one.
	if hexRef.MatchString(ref) {
		commit, err := byPrefix(ctx, dir, ref)
		if commit != "" || err != nil {
			return commit, err
		}
	}
	if !nameRef.MatchString(ref) || strings.Contains(ref, "..") {
		return "", ErrNoCommit
	}
	for _, full := range []string{"refs/tags/" + ref, "refs/remotes/origin/" + ref} {
		if commit, err := commitOf(ctx, dir, full); err == nil {
			return commit, nil
		}
	}
	return "", ErrNoCommit
}

// byPrefix gives the one commit that begins with hex, "" where there is none.
func byPrefix(ctx context.Context, dir, hex string) (string, error) {
	if len(hex) == 40 {
		if commit, err := commitOf(ctx, dir, hex); err == nil {
			return commit, nil
		}
		if _, err := gitOut(ctx, dir, "fetch", "--quiet", "--no-tags", "origin", hex); err != nil {
			return "", nil //nolint:nilerr // the origin doesn't have it either: the ref may still be a tag's name
		}
		return commitOf(ctx, dir, hex)
	}
	out, err := gitOut(ctx, dir, "rev-parse", "--disambiguate="+hex)
	if err != nil {
		return "", err
	}
	var commits []string
	for object := range strings.FieldsSeq(string(out)) {
		kind, err := gitOut(ctx, dir, "cat-file", "-t", object)
		if err == nil && strings.TrimSpace(string(kind)) == "commit" {
			commits = append(commits, object)
		}
	}
	if len(commits) > 1 {
		return "", fmt.Errorf("%d commits begin with %s: give more digits", len(commits), hex)
	}
	return strings.Join(commits, ""), nil
}

func commitOf(ctx context.Context, dir, rev string) (string, error) {
	out, err := gitOut(ctx, dir, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err != nil {
		return "", ErrNoCommit
	}
	return strings.TrimSpace(string(out)), nil
}
