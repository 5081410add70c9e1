//go:build forge

package forge

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdk "code.gitea.io/sdk/gitea"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// patience is for what takes a moment, and longer on a busy machine: everything but a run. Nothing waits so long but to fail.
const patience = 3 * time.Minute

// trivial makes the project recipes/trivial with these recipes, and a repository of the organisation for each.
func trivial(t *testing.T, recipes ...string) {
	t.Helper()
	folder := t.TempDir()
	put(t, filepath.Join(folder, ".drone.yml"), trivialYML)
	for _, r := range recipes {
		put(t, filepath.Join(folder, "recipes", r, "default.nix"), "{ }\n")
		repository(t, r)
	}
	put(t, filepath.Join(folder, "recipes", "_template", "default.nix"), "{ }\n")
	if err := script("project.sh", "trivial", folder); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "trivial"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// hold keeps the runs of the recipe "held" going until the function that it gives is called, or the test has ended: what is to happen
// while they run does then, on a slow machine too. states are the folders of the hosts' steps.
func hold(t *testing.T, states ...string) func() {
	t.Helper()
	if len(states) == 0 {
		states = []string{filepath.Join(dir, "trivial")}
	}
	release := func() {
		for _, s := range states {
			if err := os.RemoveAll(filepath.Join(s, heldFile)); err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(release)
	for _, s := range states {
		put(t, filepath.Join(s, heldFile), "")
	}
	return release
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// repository makes recipes/NAME with one commit, unless it is there.
func repository(t *testing.T, name string) {
	t.Helper()
	_, resp, err := admin.GetRepo("recipes", name)
	if err == nil {
		return
	}
	if resp == nil || resp.StatusCode != http.StatusNotFound {
		t.Fatal(err)
	}
	if _, _, err := admin.CreateOrgRepo("recipes", sdk.CreateRepoOption{Name: name, AutoInit: true, DefaultBranch: "main"}); err != nil {
		t.Fatal(err)
	}
}

var pulls atomic.Int64

// pull opens a pull request of its own in recipes/REPO.
func pull(t *testing.T, repo string) trigger.Pull {
	t.Helper()
	branch := fmt.Sprintf("branch-%d-%d", os.Getpid(), pulls.Add(1))
	push(t, "recipes", repo, "", branch)
	return openPull(t, repo, branch)
}

// openPull opens a pull request for a branch, "owner:branch" for a fork's. Gitea knows a pushed branch only after a moment.
func openPull(t *testing.T, repo, branch string) trigger.Pull {
	t.Helper()
	var pr *sdk.PullRequest
	await(t, "pull request of "+branch, patience, func() (err error) {
		pr, _, err = admin.CreatePullRequest("recipes", repo, sdk.CreatePullRequestOption{Head: branch, Base: "main", Title: branch})
		return err
	})
	return trigger.Pull{Owner: "recipes", Repo: repo, Number: pr.Index}
}

// push adds a commit on a branch of owner/repo: an existing one, or with from empty a new one off main. It gives the commit.
func push(t *testing.T, owner, repo, from, branch string) string {
	t.Helper()
	n := pulls.Add(1)
	opt := sdk.CreateFileOptions{Content: base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%d", n))}
	if from != "" {
		opt.BranchName = from
	} else {
		opt.BranchName, opt.NewBranchName = "main", branch
	}
	f, _, err := admin.CreateFile(owner, repo, fmt.Sprintf("file-%d-%d", os.Getpid(), n), opt)
	if err != nil {
		t.Fatal(err)
	}
	return f.Commit.SHA
}

// headOf gives a pull request's branch and commit.
func headOf(t *testing.T, p trigger.Pull) (branch, sha string) {
	t.Helper()
	pr, _, err := admin.GetPullRequest(p.Owner, p.Repo, p.Number)
	if err != nil {
		t.Fatal(err)
	}
	return pr.Head.Ref, pr.Head.Sha
}

// comment posts as one of the people and gives the comment's id.
func comment(t *testing.T, who string, p trigger.Pull, body string) int64 {
	t.Helper()
	c, err := as(who)
	if err != nil {
		t.Fatal(err)
	}
	v, _, err := c.CreateIssueComment(p.Owner, p.Repo, p.Number, sdk.CreateIssueCommentOption{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return v.ID
}

// answers lists the bodies of the bot's comments on a pull request.
func answers(p trigger.Pull) ([]string, error) {
	list, _, err := admin.ListIssueComments(p.Owner, p.Repo, p.Number, sdk.ListIssueCommentOptions{})
	var found []string
	for _, c := range list {
		if c.Poster != nil && c.Poster.UserName == "ci-bot" {
			found = append(found, c.Body)
		}
	}
	return found, err
}

// answered waits until the pull request has n answers, each of which has these words in turn, and gives the last.
func answered(t *testing.T, p trigger.Pull, limit time.Duration, words ...string) string {
	t.Helper()
	var last string
	await(t, fmt.Sprintf("answers with %q on %s", words, p), limit, func() error {
		list, err := answers(p)
		if err != nil {
			return err
		}
		if len(list) != len(words) {
			return fmt.Errorf("found %d answers: %q", len(list), list)
		}
		for i, w := range words {
			if !strings.Contains(list[i], w) {
				return fmt.Errorf("found %q", list[i])
			}
		}
		last = strings.Join(list[max(len(list)-1, 0):], "")
		return nil
	})
	return last
}

// count is how many builds Drone has for a comment, and how often their step ran.
type count struct{ made, ran int }

// counts gives them by the comment's id, as the builds have it.
func counts(t *testing.T, project string) map[string]count {
	t.Helper()
	found := map[string]count{}
	for page := 1; ; page++ {
		list, err := builds.BuildList("recipes", project, pageOf(page))
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range list {
			c := found[b.Params[trigger.ParamComment]]
			c.made++
			found[b.Params[trigger.ParamComment]] = c
		}
		if len(list) < 100 {
			break
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "trivial/runs"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		id, _, _ := strings.Cut(line, " ")
		c := found[id]
		c.ran++
		found[id] = c
	}
	return found
}

// wantBuilds judges the builds of one comment; each must have run.
func wantBuilds(t *testing.T, project string, comment int64, want int) {
	t.Helper()
	if got := counts(t, project)[fmt.Sprint(comment)]; got != (count{want, want}) {
		t.Errorf("comment %d: expected %d builds, found %d, of which %d ran", comment, want, got.made, got.ran)
	}
}

// idle waits until no build of the project is under way.
func idle(t *testing.T, project string) {
	t.Helper()
	await(t, "end of all builds", patience, func() error {
		list, err := builds.BuildList("recipes", project, pageOf(1))
		for _, v := range list {
			if v.Finished == 0 {
				return fmt.Errorf("build %d is %s", v.Number, v.Status)
			}
		}
		return err
	})
}

// await tries until there is no error, and fails the test with the last one when the time is over. Servers are asked
// now and then: they tell of nothing.
func await(t *testing.T, what string, limit time.Duration, try func() error) {
	t.Helper()
	err := try()
	for deadline := time.Now().Add(limit); err != nil && time.Now().Before(deadline); err = try() {
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		t.Fatalf("%s: not within %s: %v", what, limit, err)
	}
}
