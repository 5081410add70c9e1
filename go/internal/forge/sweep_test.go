//go:build forge

package forge

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	sdk "code.gitea.io/sdk/gitea"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// TestSweep: a recipe whose round has come is tested on its default branch, once, also where the bridge is killed just then (T10).
func TestSweep(t *testing.T) {
	trivial(t, "weekly")
	main, _, err := admin.GetRepoBranch("recipes", "weekly", "main")
	if err != nil {
		t.Fatal(err)
	}
	b := newBridge(t, settings{more: []string{"--sweep", "1h"}})
	now := time.Now()
	round := trigger.Round("weekly", now, time.Hour)
	cursor, err := json.Marshal(map[string]any{"version": 1, "floor": now, "settled": now, "swept": map[string]int64{"weekly": round - 1}})
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(b.state, "bridge/cursor.json"), string(cursor))
	idle(t, "trivial") // while a build is under way the sweep rests, for longer than this test waits
	b.start("bridge.swept")
	if !b.died(patience) {
		t.Fatal("it made no build")
	}
	idle(t, "trivial")
	b.start("")
	var swept struct{ Swept map[string]int64 }
	await(t, "end of the round", patience, func() error {
		text, err := os.ReadFile(filepath.Join(b.state, "bridge/cursor.json"))
		if err == nil {
			err = json.Unmarshal(text, &swept)
		}
		if err == nil && swept.Swept["weekly"] < round {
			err = fmt.Errorf("cursor: %s", text)
		}
		return err
	})
	key := trigger.SweepKey("weekly", swept.Swept["weekly"])
	await(t, "one run of the sweep", patience, func() error {
		if got := counts(t, "trivial")[key]; got != (count{1, 1}) {
			return fmt.Errorf("found %+v", got)
		}
		return nil
	})
	list, err := builds.BuildList("recipes", "trivial", pageOf(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		if p := v.Params; p[trigger.ParamComment] == key && (p[trigger.ParamRef] != main.Commit.ID || p[trigger.ParamPR] != "0") {
			t.Errorf("expected a build of %s for %s, found %v", main.Commit.ID, key, p)
		}
	}
}

// TestStatus: with a token that may, the commit's status says what the answer says (T9). Every other test's may not.
func TestStatus(t *testing.T) {
	trivial(t, "green", "red")
	team, _, err := admin.CreateTeam("recipes", sdk.CreateTeamOption{
		Name: fmt.Sprintf("writers-%d", os.Getpid()), Permission: sdk.AccessModeWrite, IncludesAllRepositories: true,
		Units: []sdk.RepoUnitType{sdk.RepoUnitCode, sdk.RepoUnitPulls, sdk.RepoUnitIssues},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.DeleteTeam(team.ID); err != nil {
			t.Error(err)
		}
	})
	if _, err := admin.AddTeamMember(team.ID, "ci-bot"); err != nil {
		t.Fatal(err)
	}
	bot, err := sdk.NewClient(gitea, sdk.SetBasicAuth("ci-bot", read("secrets/ci-bot")))
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := bot.CreateAccessToken(sdk.CreateAccessTokenOption{
		Name: team.Name, Scopes: []sdk.AccessTokenScope{"read:organization", "write:repository", "write:issue"},
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token.Token), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, settings{more: []string{"--forge-token-file", file}})
	green, red := pull(t, "green"), pull(t, "red")
	pause(t, 1)
	comment(t, "ada", green, trigger.Word)
	comment(t, "ada", red, trigger.Word)
	for p, want := range map[trigger.Pull]sdk.StatusState{green: sdk.StatusSuccess, red: sdk.StatusFailure} {
		_, sha := headOf(t, p)
		await(t, "status of "+p.String(), patience, func() error {
			s, _, err := admin.GetCombinedStatus(p.Owner, p.Repo, sha)
			if err == nil && s.State != want {
				err = fmt.Errorf("it is %q", s.State)
			}
			return err
		})
	}
}
