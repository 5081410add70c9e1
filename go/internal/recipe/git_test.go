package recipe

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/ownrepo/repotest"
)

// repo is a recipe's repository made for one test.
type repo struct {
	t   *testing.T
	dir string
}

func newRepo(t *testing.T) repo {
	t.Helper()
	r := repo{t, t.TempDir()}
	r.git("init", "--quiet", "--initial-branch=main")
	return r
}

func (r repo) git(args ...string) string {
	r.t.Helper()
	return repotest.Git(r.t, r.dir, args...)
}

func (r repo) write(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r repo) commit(text string) string {
	r.t.Helper()
	r.write("compose.yml", text)
	r.git("add", "--all")
	r.git("commit", "--quiet", "-m", text)
	return r.git("rev-parse", "HEAD")
}

func TestCheckout(t *testing.T) {
	r := newRepo(t)
	first := r.commit("one")
	r.git("tag", "-a", "1.0.0+1.0", "-m", "one")
	second := r.commit("two")
	r.git("checkout", "--quiet", "-b", "feature")
	branch := r.commit("three")
	r.git("checkout", "--quiet", "--detach")
	pull := r.commit("four")
	r.git("update-ref", "refs/pull/7/head", pull)
	r.git("checkout", "--quiet", "main")
	// A branch whose name begins like a commit must not be taken for it.
	r.git("branch", first[:8], second)

	dir := filepath.Join(t.TempDir(), "clone")
	ctx := context.Background()
	if err := Clone(ctx, r.dir, dir); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, ref, want string }{
		{"whole commit", first, first},
		{"short commit", second[:7], second},
		{"commit before a branch of that name", first[:8], first},
		{"annotated tag", "1.0.0+1.0", first},
		{"branch", "feature", branch},
		{"pull request", "refs/pull/7/head", pull},
		{"whole commit that only a pull request has", pull, pull},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, dirt := range []string{"untracked", "compose.yml"} {
				if err := os.WriteFile(filepath.Join(dir, dirt), []byte("dirt"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, err := Checkout(ctx, dir, c.ref)
			if err != nil || got != c.want {
				t.Fatalf("Checkout(%q) = %q, %v; want %q", c.ref, got, err, c.want)
			}
			if head, err := Head(ctx, dir); err != nil || head != c.want {
				t.Errorf("Head = %q, %v; want %q", head, err, c.want)
			}
		})
	}
	for _, ref := range []string{"nothing", "refs/pull/8/head", "--orphan", "main..feature", strings.Repeat("a", 40), "", "@{u}"} {
		t.Run("no commit/"+ref, func(t *testing.T) {
			if got, err := Checkout(ctx, dir, ref); !errors.Is(err, ErrNoCommit) {
				t.Errorf("Checkout(%q) = %q, %v; want ErrNoCommit", ref, got, err)
			}
		})
	}
}

func TestNarHash(t *testing.T) {
	r := newRepo(t)
	r.git("commit", "--quiet", "--allow-empty", "-m", "empty")
	ctx := context.Background()
	// The hash that every Nix gives an empty folder.
	const empty = "sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo="
	if got, err := NarHash(ctx, r.dir); err != nil || got != empty {
		t.Errorf("NarHash of an empty tree = %q, %v; want %q", got, err, empty)
	}
	r.write("a/b", "hello\n")
	r.write("a.txt", "")
	r.write("a-b/run", "#!/bin/sh\n")
	if err := os.Chmod(filepath.Join(r.dir, "a-b/run"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a/b", filepath.Join(r.dir, "link")); err != nil {
		t.Fatal(err)
	}
	r.commit("version: '3.8'\n")
	// From `nix-hash --type sha256 --sri` of the unpacked archive.
	const want = "sha256-r/Y1v1Jecws5CRSKEoEDKxFKCd8Z2VBC1MFmdpkLhdc="
	if got, err := NarHash(ctx, r.dir); err != nil || got != want {
		t.Errorf("NarHash = %q, %v; want %q", got, err, want)
	}
}

// Attributes of the repository's own must not make a fresh checkout look changed: the files
// are what the commit holds.
func TestCheckoutIsExact(t *testing.T) {
	for name, attributes := range map[string]string{
		"text=auto": "* text=auto\n", "eol": "* text eol=crlf\n", "ident": "* ident\n", "filter": "* filter=lfs\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			text := "version: \"3.8\"\r\n# $Id$\nservices: {}\r\n"
			commit := r.commit(text) // before the attributes: git would take the CR away
			r.write(".gitattributes", attributes)
			r.git("add", ".gitattributes")
			r.git("commit", "--quiet", "-m", "attributes")
			dir := filepath.Join(t.TempDir(), "clone")
			if err := Clone(t.Context(), r.dir, dir); err != nil {
				t.Fatal(err)
			}
			for _, ref := range []string{"main", commit, "main"} {
				if _, err := Checkout(t.Context(), dir, ref); err != nil {
					t.Fatalf("%s: %v", ref, err)
				}
				if b, err := os.ReadFile(filepath.Join(dir, "compose.yml")); string(b) != text || err != nil {
					t.Errorf("%s: got %q, %v", ref, b, err)
				}
			}
		})
	}
}

func TestOrigin(t *testing.T) {
	for origin, want := range map[string]string{
		"":                                      "",
		"https://git.example.org/r/notes.git":   "https://git.example.org/r/notes.git",
		"https://t0ken@git.example.org/r/n.git": "https://git.example.org/r/n.git",
		"https://me:t0ken@git.example.org/r/n":  "https://git.example.org/r/n",
		"git@git.example.org:r/notes.git":       "git@git.example.org:r/notes.git",
		"../elsewhere":                          "",
		"ext::sh -c x":                          "",
	} {
		r := newRepo(t)
		if origin != "" {
			r.git("remote", "add", "origin", origin)
		}
		if want == "" {
			want = r.dir
		}
		if got := Origin(t.Context(), r.dir); got != want {
			t.Errorf("%q: expected %q, got %q", origin, want, got)
		}
	}
}
