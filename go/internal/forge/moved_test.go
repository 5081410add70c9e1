//go:build forge

package forge

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	giteaclient "coopcloud.tech/cc-ci/internal/gitea"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// TestMoved: a commit that was pushed after the comment is not run on the strength of it (T6).
func TestMoved(t *testing.T) {
	trivial(t, "green", "held")
	b := start(t, settings{})
	for name, move := range map[string]func(t *testing.T, p trigger.Pull){
		"a push": func(t *testing.T, p trigger.Pull) {
			branch, _ := headOf(t, p)
			push(t, p.Owner, p.Repo, branch, "")
		},
		"a force push": forcePush,
	} {
		t.Run(name, func(t *testing.T) {
			p := pull(t, "green")
			pause(t, 1)
			b.forge.cut(t) // so that it lies between the comment and the next look
			id := comment(t, "ada", p, trigger.Word)
			pause(t, 1)
			move(t, p)
			told(t, p)
			b.forge.set(false, nil)
			answered(t, p, patience, "something was pushed after the comment")
			wantBuilds(t, "trivial", id, 0)
		})
	}
	t.Run("a push while it runs", func(t *testing.T) {
		hold(t)
		p := pull(t, "held")
		pause(t, 1)
		comment(t, "ada", p, trigger.Word)
		answered(t, p, patience, "**running**")
		branch, _ := headOf(t, p)
		newer := push(t, p.Owner, p.Repo, branch, "")
		answered(t, p, patience, "`"+newer[:7]+"` was pushed, so the run of the older commit was cancelled")
	})
}

// told waits until the pull request tells of its branch's tip: Gitea notes a push in a queue of its own, and before that
// the answer is the one that TestUnseen is about.
func told(t *testing.T, p trigger.Pull) {
	t.Helper()
	c := giteaclient.New(gitea, p.Owner, read("secrets/ci-bot-token"))
	defer c.Close()
	await(t, "the push in the time line of "+p.String(), patience, func() error {
		head, err := c.Head(t.Context(), p)
		if err != nil {
			return err
		}
		_, newest, err := c.Pushes(t.Context(), p, time.Now())
		if err == nil && (head.Unseen || newest != head.SHA) {
			err = fmt.Errorf("found %q, the branch's tip is %s", newest, head.SHA)
		}
		return err
	})
}

// forcePush replaces a pull request's only commit by another one, through git as a person would.
func forcePush(t *testing.T, p trigger.Pull) {
	t.Helper()
	branch, _ := headOf(t, p)
	folder := t.TempDir()
	work := filepath.Join(folder, "work")
	git(t, folder, "clone", "--quiet", "--branch", branch, gitea+"/"+p.Owner+"/"+p.Repo+".git", work)
	git(t, work, "commit", "--quiet", "--amend", "--message", "another")
	git(t, work, "push", "--quiet", "--force", "origin", branch)
}
