//go:build forge && long

package forge

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	sdk "code.gitea.io/sdk/gitea"

	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/store"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// proofLimit is for the last verdict of a bridge's recipes, two builds at a time on two busy cores.
const proofLimit = 20 * time.Minute

// proofs are six recipes of five categories. A bridge reads one folder of recipes, so there are two after each other.
var proofs = []struct {
	folder  string
	recipes []string
}{
	{"checks/tests", []string{"miniflux", "dex"}},
	{"recipes", []string{"matrix-synapse", "bluesky-pds", "custom-html", "custom-html-tiny"}},
}

// TestProof: six recipes, each in a repository of the organisation with one open pull request, go from a member's comment to a green verdict
// under this repository's own .drone.yml. checks/forge/proof.sh makes docs/proof.md from the results that it leaves in the store.
func TestProof(t *testing.T) {
	bundled := machineOfRuns(t, "dex") // which Miniflux needs
	if err := script("project.sh", "cc-ci", root); err != nil {
		t.Fatal(err)
	}
	opened := map[string]trigger.Pull{}
	for _, group := range proofs {
		for _, recipe := range group.recipes {
			opened[recipe] = proposed(t, recipe, strings.TrimPrefix(bundled[recipe], "file://"))
		}
	}
	for _, group := range proofs {
		t.Run(group.folder, func(t *testing.T) {
			start(t, settings{project: "cc-ci", recipes: group.folder})
			pause(t, 1)
			ids := map[string]int64{}
			for _, recipe := range group.recipes {
				ids[recipe] = comment(t, "ada", opened[recipe], trigger.Word)
			}
			t.Run("verdicts", func(t *testing.T) {
				for _, recipe := range group.recipes {
					t.Run(recipe, func(t *testing.T) {
						t.Parallel()
						proven(t, opened[recipe], ids[recipe])
					})
				}
			})
		})
	}
	if left := apps(t); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

// proposed makes the recipe's repository in the organisation from a git repository, with its tags, and one open pull request: from the
// version before to the newest, or, where there is one alone, with a file more.
func proposed(t *testing.T, recipe, from string) trigger.Pull {
	t.Helper()
	if _, _, err := admin.CreateOrgRepo("recipes", sdk.CreateRepoOption{Name: recipe, DefaultBranch: "main"}); err != nil {
		t.Fatal(err)
	}
	to := gitea + "/recipes/" + recipe + ".git"
	if exec.CommandContext(t.Context(), "git", "-C", from, "rev-parse", "--quiet", "--verify", "main~1").Run() != nil {
		git(t, from, "push", "--quiet", "--tags", to, "main")
		return pull(t, recipe)
	}
	git(t, from, "push", "--quiet", "--tags", to, "main~1:refs/heads/main", "main:refs/heads/next")
	return openPull(t, recipe, "next")
}

// proven waits for the verdict on a comment and holds answer, result in the store, and Drone's steps against each other.
func proven(t *testing.T, p trigger.Pull, id int64) {
	text := answered(t, p, proofLimit, "level ")
	_, sha := headOf(t, p)
	for _, words := range []string{"GREEN, level 5 of 5", sha[:7], "](" + droneAt + "/recipes/cc-ci/"} {
		if !strings.Contains(text, words) {
			t.Errorf("expected %q in the answer:\n%s", words, text)
		}
	}
	r, err := store.Read(machine.Results.Dir).OfKey(fmt.Sprint(id))
	if err != nil {
		t.Fatal(err)
	}
	if r.Recipe != p.Repo || int64(r.PR) != p.Number || r.Identity.Commit != sha {
		t.Errorf("expected the result of %s at %s, found that of %s, pull request %d, at %s", p, sha, r.Recipe, r.PR, r.Identity.Commit)
	}
	for _, s := range r.Stages {
		if s.Outcome != result.Pass && s.Outcome != result.NotApplicable {
			t.Errorf("stage %s: expected a pass, found %s: %s", s.Name, report.Word(s.Outcome), s.Reason)
		}
	}
	steps(t, p)
	t.Logf("comment %d, run %s: level %s in %s", id, r.ID, r.Level, r.Ended.Sub(r.Started))
}
