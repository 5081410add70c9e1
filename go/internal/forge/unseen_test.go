//go:build forge

package forge

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sdk "code.gitea.io/sdk/gitea"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// TestUnseen: a commit that got to the branch past the pull request's time line is not run on the strength of a comment from before it (T6).
// How long Gitea takes to note a push is its own affair, so that either of two answers may be given; both ask for another comment.
func TestUnseen(t *testing.T) {
	trivial(t, "green")
	b := start(t, settings{})
	for name, move := range map[string]func(t *testing.T, p trigger.Pull, branch string){
		"pushed to while it was closed": func(t *testing.T, p trigger.Pull, branch string) {
			set(t, p, sdk.EditPullRequestOption{State: new(sdk.StateClosed)})
			push(t, p.Owner, p.Repo, branch, "")
			pause(t, 3) // the queue of pushes passes over closed ones
			set(t, p, sdk.EditPullRequestOption{State: new(sdk.StateOpen)})
		},
		"behind many other branches": func(t *testing.T, p trigger.Pull, branch string) {
			folder := t.TempDir()
			work := filepath.Join(folder, "work")
			git(t, folder, "clone", "--quiet", "--branch", branch, gitea+"/"+p.Owner+"/"+p.Repo+".git", work)
			git(t, work, "commit", "--quiet", "--allow-empty", "--message", "another")
			args := []string{"push", "--quiet", "origin"}
			for i := range 30 {
				args = append(args, fmt.Sprintf("HEAD:refs/heads/a-%d-%d-%d", os.Getpid(), p.Number, i))
			}
			git(t, work, append(args, "HEAD:refs/heads/"+branch)...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := pull(t, "green")
			branch, _ := headOf(t, p)
			pause(t, 1)
			b.forge.cut(t) // so that it lies between the comment and the next look
			id := comment(t, "ada", p, trigger.Word)
			pause(t, 1)
			move(t, p, branch)
			b.forge.set(false, nil)
			answered(t, p, patience, "comment `"+trigger.Word+"` again")
			wantBuilds(t, "trivial", id, 0)
		})
	}
}

// TestLongDescription: a description as long as its author likes hides no other pull request.
func TestLongDescription(t *testing.T) {
	trivial(t, "green")
	start(t, settings{})
	long, p := pull(t, "green"), pull(t, "green")
	text := strings.Repeat("<", 3_000_000) // six bytes each in JSON: more than the bridge reads of an answer
	set(t, long, sdk.EditPullRequestOption{Body: &text})
	pause(t, 1)
	id := comment(t, "ada", p, trigger.Word)
	answered(t, p, patience, "**GREEN")
	wantBuilds(t, "trivial", id, 1)
	text = ""
	set(t, long, sdk.EditPullRequestOption{Body: &text})
}

func set(t *testing.T, p trigger.Pull, opt sdk.EditPullRequestOption) {
	t.Helper()
	if _, _, err := admin.EditPullRequest(p.Owner, p.Repo, p.Number, opt); err != nil {
		t.Fatal(err)
	}
}
