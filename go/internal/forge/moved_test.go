//go:build forge

package forge

import (
	"path/filepath"
	"testing"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// TestMoved: a commit that was pushed after the comment is not run on the strength of it (T6).
func TestMoved(t *testing.T) {
	trivial(t, "green", "takes-20s")
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
			b.forge.set(true, nil) // so that it lies between the comment and the next look
			id := comment(t, "ada", p, trigger.Word)
			pause(t, 1)
			move(t, p)
			b.forge.set(false, nil)
			answered(t, p, patience, "something was pushed after the comment")
			wantBuilds(t, "trivial", id, 0)
		})
	}
	t.Run("a push while it runs", func(t *testing.T) {
		p := pull(t, "takes-20s")
		pause(t, 1)
		comment(t, "ada", p, trigger.Word)
		answered(t, p, patience, "**running**")
		branch, _ := headOf(t, p)
		newer := push(t, p.Owner, p.Repo, branch, "")
		answered(t, p, patience, "`"+newer[:7]+"` was pushed, so the run of the older commit was cancelled")
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
