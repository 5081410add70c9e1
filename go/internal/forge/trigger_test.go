//go:build forge

package forge

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	sdk "code.gitea.io/sdk/gitea"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// TestTriggers walks what starts a run and what doesn't, each on a pull request of its own. That a comment starts
// nothing is judged when the last one, which is later than all of them, has had its verdict.
func TestTriggers(t *testing.T) {
	trivial(t, "green", "red")
	repository(t, "stranger")
	old := pull(t, "green")
	oldID := comment(t, "ada", old, trigger.Word)
	pause(t, 2)
	b := start(t, settings{})

	type row struct {
		name    string
		repo    string
		do      func(p trigger.Pull) int64 // gives the comment
		runs    bool
		answers []string // words of each
	}
	say := func(who, body string) func(trigger.Pull) int64 {
		return func(p trigger.Pull) int64 { return comment(t, who, p, body) }
	}
	edited := func(from, to string) func(trigger.Pull) int64 {
		return func(p trigger.Pull) int64 {
			b.forge.cut(t) // between two looks, as an edit within seconds would be
			defer b.forge.set(false, nil)
			id := comment(t, "ada", p, from)
			pause(t, 1)
			if _, _, err := admin.EditIssueComment(p.Owner, p.Repo, id, sdk.EditIssueCommentOption{Body: to}); err != nil {
				t.Fatal(err)
			}
			return id
		}
	}
	green, none := []string{"**GREEN"}, []string(nil)
	rows := []row{
		{"the word", "green", say("ada", trigger.Word), true, green},
		{"white space around it", "green", say("ada", "\r\n  !testme\t\n"), true, green},
		{"a member who hides activity", "green", say("hidden", trigger.Word), true, green},
		{"the site admin, a member", "green", func(p trigger.Pull) int64 { return asAdmin(t, p, trigger.Word) }, true, green},
		{"red", "red", say("ada", trigger.Word), true, []string{"**RED"}},
		{"a fork's pull request", "green", say("ada", trigger.Word), true, green},
		{"a longer word", "green", say("ada", "!testmexyz"), false, none},
		{"more words", "green", say("ada", "!testme please"), false, none},
		{"quoted", "green", say("ada", "> !testme"), false, none},
		{"in a code block", "green", say("ada", "```\n!testme\n```"), false, none},
		{"capitals", "green", say("ada", "!TESTME"), false, none},
		{"edited into", "green", edited("hello", trigger.Word), false, none},
		{"edited out of", "green", edited(trigger.Word, "never mind"), false, none},
		{"a stranger", "green", say("mallory", trigger.Word), false, []string{"only members of"}},
		{"a stranger where nothing is enrolled", "stranger", say("mallory", trigger.Word), false, none},
		{"a member where nothing is enrolled", "stranger", say("ada", trigger.Word), false, []string{"not enrolled"}},
		{"a closed pull request", "green", func(p trigger.Pull) int64 { closePull(t, p); return comment(t, "ada", p, trigger.Word) }, false, []string{"is not open"}},
		{"a review", "green", func(p trigger.Pull) int64 { review(t, p, trigger.Word); return 0 }, false, none},
		{"the bot itself", "green", func(p trigger.Pull) int64 { return asBot(t, p, trigger.Word) }, false, []string{trigger.Word}},
	}
	made := make([]trigger.Pull, len(rows))
	ids := make([]int64, len(rows))
	for i, r := range rows {
		if r.name == "a fork's pull request" {
			made[i] = forkPull(t, r.repo)
		} else {
			made[i] = pull(t, r.repo)
		}
	}
	pause(t, 1) // a commit that was pushed in the comment's second may not be the one that was meant
	for i, r := range rows {
		ids[i] = r.do(made[i])
	}
	issue, _, err := admin.CreateIssue("recipes", "green", sdk.CreateIssueOption{Title: "an issue"})
	if err != nil {
		t.Fatal(err)
	}
	issueID := comment(t, "ada", trigger.Pull{Owner: "recipes", Repo: "green", Number: issue.Index}, trigger.Word)
	last := pull(t, "green")
	pause(t, 1)
	first := comment(t, "ada", last, trigger.Word)
	answered(t, last, patience, "**GREEN")
	second := comment(t, "ada", last, trigger.Word)
	answered(t, last, patience, "**GREEN", "**GREEN")

	for i, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			answered(t, made[i], patience, r.answers...)
			wantBuilds(t, "trivial", ids[i], map[bool]int{true: 1}[r.runs])
		})
	}
	t.Run("on an issue", func(t *testing.T) { wantBuilds(t, "trivial", issueID, 0) })
	t.Run("from before the first start", func(t *testing.T) {
		wantBuilds(t, "trivial", oldID, 0)
		answered(t, old, 0)
	})
	t.Run("a second comment", func(t *testing.T) {
		wantBuilds(t, "trivial", first, 1)
		wantBuilds(t, "trivial", second, 1)
	})
	t.Run("the answer's words", func(t *testing.T) { theAnswer(t, made[5], answered(t, made[5], 0, "**GREEN")) })
}

// theAnswer looks for what T8 asks for, on a fork's pull request.
func theAnswer(t *testing.T, p trigger.Pull, text string) {
	t.Helper()
	_, sha := headOf(t, p)
	for _, words := range []string{
		"install    pass", "GREEN, level", sha[:7], "](" + droneAt + "/recipes/trivial/", "](http://pages.test/recipe/green/",
		"nix run 'git+" + gitea + "/recipes/trivial.git?rev=", "/recipes/green.git --ref " + sha + " --pr ",
	} {
		if !strings.Contains(text, words) {
			t.Errorf("expected %q in the answer:\n%s", words, text)
		}
	}
}

// pause lets the forge's clock, which has whole seconds, go on.
func pause(t *testing.T, seconds int) {
	t.Helper()
	time.Sleep(time.Duration(seconds)*time.Second + 100*time.Millisecond)
}

func asAdmin(t *testing.T, p trigger.Pull, body string) int64 {
	t.Helper()
	v, _, err := admin.CreateIssueComment(p.Owner, p.Repo, p.Number, sdk.CreateIssueCommentOption{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return v.ID
}

func asBot(t *testing.T, p trigger.Pull, body string) int64 {
	t.Helper()
	c, err := sdk.NewClient(gitea, sdk.SetToken(read("secrets/ci-bot-token")), sdk.SetGiteaVersion(""))
	if err != nil {
		t.Fatal(err)
	}
	v, _, err := c.CreateIssueComment(p.Owner, p.Repo, p.Number, sdk.CreateIssueCommentOption{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return v.ID
}

func closePull(t *testing.T, p trigger.Pull) {
	t.Helper()
	closed := sdk.StateClosed
	if _, _, err := admin.EditPullRequest(p.Owner, p.Repo, p.Number, sdk.EditPullRequestOption{State: &closed}); err != nil {
		t.Fatal(err)
	}
}

func review(t *testing.T, p trigger.Pull, body string) {
	t.Helper()
	c, err := as("ada")
	if err != nil {
		t.Fatal(err)
	}
	opt := sdk.CreatePullReviewOptions{State: sdk.ReviewStateComment, Body: body}
	if _, _, err := c.CreatePullReview(p.Owner, p.Repo, p.Number, opt); err != nil {
		t.Fatal(err)
	}
}

// forkPull opens a pull request from mallory's fork.
func forkPull(t *testing.T, repo string) trigger.Pull {
	t.Helper()
	c, err := as("mallory")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.GetRepo("mallory", repo); err != nil {
		if _, _, err := c.CreateFork("recipes", repo, sdk.CreateForkOption{}); err != nil {
			t.Fatal(err)
		}
	}
	branch := fmt.Sprintf("fork-%d-%d", os.Getpid(), pulls.Add(1))
	push(t, "mallory", repo, "", branch)
	return openPull(t, repo, "mallory:"+branch)
}
