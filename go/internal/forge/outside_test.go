//go:build forge

package forge

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	sdk "code.gitea.io/sdk/gitea"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// TestBotOutside: while the bot is no member it can't tell who is one. Nobody's comment starts anything then, and it waits; those on
// the allow list need no membership (T4).
func TestBotOutside(t *testing.T) {
	trivial(t, "green")
	team := readers(t)
	if _, err := admin.RemoveTeamMember(team, "ci-bot"); err != nil {
		t.Fatal(err)
	}
	back := func() {
		if _, err := admin.AddTeamMember(team, "ci-bot"); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(back)
	b := start(t, settings{more: []string{"--allow", "Mallory"}})
	member, allowed := pull(t, "green"), pull(t, "green")
	pause(t, 1)
	id := comment(t, "ada", member, trigger.Word)
	comment(t, "mallory", allowed, trigger.Word)
	answered(t, allowed, patience, "**GREEN")
	await(t, "word of the fault", patience, func() error {
		resp, err := http.Get("http://" + b.listen + "/healthz")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		said, err := io.ReadAll(resp.Body)
		if err == nil && !strings.Contains(string(said), "the bot is not a member") {
			err = fmt.Errorf("it said %s", said)
		}
		return err
	})
	answered(t, member, 0)
	wantBuilds(t, "trivial", id, 0)
	back()
	answered(t, member, patience, "**GREEN")
	wantBuilds(t, "trivial", id, 1)
}

func readers(t *testing.T) int64 {
	t.Helper()
	teams, _, err := admin.ListOrgTeams("recipes", sdk.ListTeamsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, team := range teams {
		if team.Name == "readers" {
			return team.ID
		}
	}
	t.Fatal("no team readers")
	return 0
}

// TestQueue: of three builds on two slots the third waits, and says so; cancelled there, it says that too. A stranger's
// deletion of an answer, or of a comment, does no harm.
func TestQueue(t *testing.T) {
	trivial(t, "held")
	let := hold(t)
	start(t, settings{})
	first, second, third := pull(t, "held"), pull(t, "held"), pull(t, "held")
	pause(t, 1)
	comment(t, "ada", first, trigger.Word)
	id := comment(t, "ada", second, trigger.Word)
	answered(t, first, patience, "**running**")
	answered(t, second, patience, "**running**")
	waiting := comment(t, "ada", third, trigger.Word)
	answered(t, third, patience, "**queued** | next in the queue")
	list, err := builds.BuildList("recipes", "trivial", pageOf(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		if v.Params[trigger.ParamComment] == fmt.Sprint(waiting) {
			if err := builds.BuildCancel("recipes", "trivial", int(v.Number)); err != nil {
				t.Fatal(err)
			}
		}
	}
	answered(t, third, patience, "cancelled in Drone before it began")
	if _, err := admin.DeleteIssueComment("recipes", "held", id); err != nil {
		t.Fatal(err)
	}
	deleteAnswer(t, first)
	let()
	answered(t, first, patience, "**GREEN")
	answered(t, second, patience, "**GREEN")
}

func deleteAnswer(t *testing.T, p trigger.Pull) {
	t.Helper()
	list, _, err := admin.ListIssueComments(p.Owner, p.Repo, p.Number, sdk.ListIssueCommentOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if c.Poster.UserName == "ci-bot" {
			if _, err := admin.DeleteIssueComment(p.Owner, p.Repo, c.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
}
