package recipe

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/result"
)

// A hostile repository gets nothing run: neither by a filter, nor a hook, nor a submodule.
func TestCloneRunsNothing(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "ran")
	r := newRepo(t)
	r.write(".gitattributes", "* filter=evil diff=evil\n")
	r.write(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ../x\n")
	r.write(".gitconfig", "[filter \"evil\"]\n\tsmudge = touch "+mark+"\n")
	r.write("hooks/post-checkout", "#!/bin/sh\ntouch "+mark+"\n")
	commit := r.commit("hostile")
	t.Setenv("HOME", r.dir) // a user's configuration that came from elsewhere
	dir := filepath.Join(t.TempDir(), "clone")
	if err := Clone(context.Background(), "file://"+r.dir, dir); err != nil {
		t.Fatal(err)
	}
	if _, err := Checkout(context.Background(), dir, commit); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("the clone ran a program of the repository")
	}
}

func TestCloneChecksObjects(t *testing.T) {
	r := newRepo(t)
	r.write(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ../x\n\tupdate = !touch /tmp/x\n")
	r.commit("hostile")
	err := Clone(context.Background(), "file://"+r.dir, filepath.Join(t.TempDir(), "clone"))
	if err == nil || !strings.Contains(err.Error(), "gitmodulesUpdate") {
		t.Errorf("Clone = %v; want git's complaint about the object", err)
	}
}

// A repository that is larger than any recipe is the recipe's fault, whether it shows while it is fetched
// or only once it is unpacked; nothing of its files is written.
func TestCloneTooLarge(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(repo)
		says string
	}{
		{"packed", func(r repo) {
			maxPack = 1 << 20
			f, err := os.Create(filepath.Join(r.dir, "noise"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			noise := rand.NewChaCha8([32]byte{1})
			if _, err := io.CopyN(f, noise, 3<<20); err != nil {
				t.Fatal(err)
			}
			r.git("add", "--all")
		}, "repository: expected at most 1 MiB, packed"},
		{"unpacked", func(r repo) {
			if err := os.Truncate(touch(t, filepath.Join(r.dir, "hole")), 32<<20); err != nil {
				t.Fatal(err)
			}
			r.git("add", "--all")
			blob := r.git("rev-parse", ":hole")
			for i := range 9 {
				r.git("update-index", "--add", "--cacheinfo", fmt.Sprintf("100644,%s,copy-%d", blob, i))
			}
		}, "checkout: expected at most 256 MiB of files"},
		{"files", func(r repo) {
			blob, list := r.git("hash-object", "-w", "--stdin"), strings.Builder{}
			for i := range maxTree + 1 {
				fmt.Fprintf(&list, "100644 %s\t%d/%d\n", blob, i/1000, i)
			}
			cmd := exec.Command("git", "-C", r.dir, "update-index", "--index-info")
			cmd.Stdin = strings.NewReader(list.String())
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatal(string(out))
			}
		}, "checkout: expected at most 100000 files"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func(n int) { maxPack = n }(maxPack)
			r := newRepo(t)
			tt.make(r)
			r.git("-c", "core.compression=1", "commit", "--quiet", "-m", tt.name)
			dir := filepath.Join(t.TempDir(), "clone")
			err := Clone(t.Context(), "file://"+r.dir, dir)
			if result.OutcomeOf(err) != result.Fail || !strings.Contains(err.Error(), "policy: too-large: "+tt.says) {
				t.Errorf("want %q, got %v", tt.says, err)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "[a-z0-9]*")); len(left) > 0 {
				t.Errorf("written: %v", left)
			}
		})
	}
}

func touch(t *testing.T, path string) string {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCloneRefuses(t *testing.T) {
	for _, source := range []string{
		"ext::sh -c id", "http://forge.example.org/x", "https://bot:hunter2@forge.example.org/x",
		"-oProxyCommand=id", "git://forge.example.org/x", "relative/path", "ssh://-oProxyCommand=id/x", "file://host/x",
	} {
		t.Run(source, func(t *testing.T) {
			err := Clone(context.Background(), source, filepath.Join(t.TempDir(), "x"))
			if err == nil {
				t.Fatal("expected an error")
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error tells the password: %v", err)
			}
		})
	}
}
