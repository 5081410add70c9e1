package mirror_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/gitea"
	"coopcloud.tech/cc-ci/internal/mirror"
	"coopcloud.tech/cc-ci/internal/ownrepo/repotest"
)

// world is a forge and an upstream. Its walk is the same on the model and on a real Gitea (mirror_forge_test.go).
type world struct {
	t                  *testing.T
	url, token, reader string // reader may not write
	upstream, mine     string // local repositories
	name               string
}

func commit(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, text), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	repotest.Git(t, dir, "add", ".")
	repotest.Git(t, dir, "commit", "-q", "-m", text)
}

// upstream makes a repository NAME.git with two versions, in a folder of repositories.
func (w *world) build() {
	w.t.Helper()
	w.upstream = filepath.Join(w.t.TempDir(), w.name+".git")
	repotest.Git(w.t, filepath.Dir(w.upstream), "init", "-q", "-b", "main", w.upstream)
	for _, v := range []string{"1.0.0+1", "1.1.0+2"} {
		commit(w.t, w.upstream, v)
		repotest.Git(w.t, w.upstream, "tag", "-a", "-m", v, v)
	}
	w.mine = filepath.Join(w.t.TempDir(), "mine")
	repotest.Git(w.t, filepath.Dir(w.mine), "clone", "-q", w.upstream, w.mine)
}

// look makes the plan of one call.
func (w *world) look(token string, r mirror.Request) (*mirror.Plan, *gitea.Client, error) {
	w.t.Helper()
	r.Recipe, r.Upstream, r.Token = w.name, "file://"+w.upstream, token
	forge := gitea.New(w.url, "recipes", token)
	w.t.Cleanup(forge.Close)
	p, err := mirror.Look(context.Background(), forge, r, w.t.TempDir())
	return p, forge, err
}

// brings carries a plan out, which must have this in it, and looks that a second one is empty.
func (w *world) brings(r mirror.Request, want ...string) {
	w.t.Helper()
	p, forge, err := w.look(w.token, r)
	if err != nil {
		w.t.Fatal(err)
	}
	text := strings.Join(append(p.Lines, p.Conflicts...), "\n")
	for _, x := range want {
		if !strings.Contains(text, x) {
			w.t.Errorf("expected a plan with %q, found:\n%s", x, text)
		}
	}
	if err := p.Do(context.Background(), forge, w.t.Logf); err != nil {
		w.t.Fatal(err)
	}
	again, _, err := w.look(w.token, r)
	if err != nil || !again.Nothing() {
		w.t.Fatalf("again: expected nothing to do, found %v, %v", again, err)
	}
	if strings.Join(again.Conflicts, "\n") != strings.Join(p.Conflicts, "\n") {
		w.t.Errorf("again: expected the conflicts %q, found %q", p.Conflicts, again.Conflicts)
	}
}

// elsewhere clones the mirror as somebody who may write there.
func (w *world) elsewhere() string {
	w.t.Helper()
	dir := filepath.Join(w.t.TempDir(), "clone")
	scheme, host, _ := strings.Cut(w.url, "://")
	repotest.Git(w.t, filepath.Dir(dir), "clone", "-q", scheme+"://x:"+w.token+"@"+host+"/recipes/"+w.name+".git", dir)
	return dir
}

func (w *world) walk() {
	t := w.t
	w.build()
	if p, _, err := w.look(w.token, mirror.Request{}); err != nil || !p.Make {
		t.Fatalf("a plan: %v, %v", p, err)
	}
	if p, _, err := w.look(w.token, mirror.Request{}); err != nil || !p.Make {
		t.Errorf("a plan writes nothing: expected the repository still to be missing, found %v, %v", p, err)
	}
	w.brings(mirror.Request{}, "make the repository", "push main at", "push 2 tags: 1.0.0+1 1.1.0+2")

	commit(t, w.upstream, "1.2.0+3")
	repotest.Git(t, w.upstream, "tag", "-a", "-m", "x", "1.2.0+3")
	w.brings(mirror.Request{}, "bring main forward by 1 commits", "push 1 tags: 1.2.0+3")

	repotest.Git(t, w.mine, "checkout", "-q", "-b", "work")
	commit(t, w.mine, "change")
	w.brings(mirror.Request{Branch: "my-change", From: w.mine}, "as the branch my-change", "open a pull request from my-change to main")

	// Somebody else writes to the mirror, and upstream goes on and moves a tag.
	other := w.elsewhere()
	commit(t, other, "own")
	repotest.Git(t, other, "push", "-q", "origin", "HEAD:main")
	w.brings0(mirror.Request{}, "(main has 1 commits that upstream has not, and all of upstream's: left)")
	commit(t, w.upstream, "1.3.0+4")
	repotest.Git(t, w.upstream, "tag", "-f", "-a", "-m", "again", "1.0.0+1", "1.0.0+1^{commit}")
	w.brings(mirror.Request{}, "main has 1 commits of its own and lacks 1 of upstream's", "tag 1.0.0+1 is", "open a pull request from upstream-main to main")
	if repotest.Git(t, other, "rev-parse", "HEAD") != repotest.Git(t, w.elsewhere(), "rev-parse", "HEAD") {
		t.Error("main was written over")
	}

	if _, _, err := w.look(w.reader, mirror.Request{}); err == nil || !strings.Contains(err.Error(), "your token may not write") {
		t.Errorf("a token that may not write: found %v", err)
	}
}

// brings0 is for a plan that has nothing to write.
func (w *world) brings0(r mirror.Request, want string) {
	w.t.Helper()
	p, _, err := w.look(w.token, r)
	if err != nil || !p.Nothing() || !strings.Contains(strings.Join(p.Lines, "\n"), want) {
		w.t.Errorf("expected nothing to write and %q, found %+v, %v", want, p, err)
	}
}

func TestMirror(t *testing.T) {
	s := httptest.NewServer(&model{dir: t.TempDir()})
	t.Cleanup(s.Close)
	(&world{t: t, url: s.URL, token: writer, reader: reader, name: "hedgedoc"}).walk()
}

// The token reaches git, and no process list shows it.
func TestTokenInNoArgument(t *testing.T) {
	s := httptest.NewServer(&model{dir: t.TempDir()})
	t.Cleanup(s.Close)
	w := &world{t: t, url: s.URL, token: writer, name: "hedgedoc"}
	w.build()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	seen := filepath.Join(dir, "seen")
	wrapper := fmt.Sprintf("#!/bin/sh\nprintf '%%s\\n' \"$*\" >>%s\nexec %s \"$@\"\n", seen, git)
	if err := os.WriteFile(filepath.Join(dir, "git"), []byte(wrapper), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	w.brings(mirror.Request{}, "push main at")
	text, err := os.ReadFile(seen)
	if err != nil || !strings.Contains(string(text), "push --quiet --atomic") {
		t.Fatalf("expected to see git's arguments, found %q, %v", text, err)
	}
	basic := base64.StdEncoding.EncodeToString([]byte("cc-ci:" + writer))
	if strings.Contains(string(text), writer) || strings.Contains(string(text), basic) {
		t.Errorf("git's arguments hold the token:\n%s", text)
	}
}

// A row is a request that no forge and no git would take.
func TestRequest(t *testing.T) {
	for _, c := range []struct {
		name string
		r    mirror.Request
		want string
	}{
		{"a path", mirror.Request{Recipe: "../x"}, "recipe: expected a name like hedgedoc"},
		{"a flag", mirror.Request{Recipe: "--upload-pack=x"}, "recipe: expected a name"},
		{"a branch from nowhere", mirror.Request{Recipe: "x", Branch: "b"}, "expected a branch and the local repository"},
		{"a branch that is a flag", mirror.Request{Recipe: "x", Branch: "-b", From: "."}, "branch: expected a name"},
		{"a branch that climbs", mirror.Request{Recipe: "x", Branch: "a..b", From: "."}, "branch: expected a name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.r.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("expected %q, found %v", c.want, err)
			}
		})
	}
}
