//go:build forge

package forge

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sdk "code.gitea.io/sdk/gitea"
	"github.com/drone/drone-go/drone"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// TestStrangersPipeline: a stranger's pull request to the project brings its own .drone.yml, which the runner would execute on its
// host. It does where the repository lets it: the bridge makes no build then, and nothing of a stranger's is executed once it is set.
func TestStrangersPipeline(t *testing.T) {
	trivial(t, "green")
	ignore(t, false)
	t.Cleanup(func() { ignore(t, true) })
	b := start(t, settings{})
	p := pull(t, "green")
	pause(t, 1)
	id := comment(t, "ada", p, trigger.Word)
	await(t, "word of the danger", patience, func() error {
		resp, err := http.Get("http://" + b.listen + "/healthz")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		said, err := io.ReadAll(resp.Body)
		if err == nil && !strings.Contains(string(said), "expected pull requests to be ignored") {
			err = fmt.Errorf("it said %s", said)
		}
		return err
	})
	open := filepath.Join(t.TempDir(), "open")
	strangersPull(t, open)
	await(t, "what the setting is for", patience, func() error { _, err := os.Stat(open); return err })
	if got := counts(t, "trivial")[fmt.Sprint(id)]; got.made != 0 {
		t.Errorf("expected no build while it is open, found %d", got.made)
	}

	ignore(t, true)
	closed := filepath.Join(t.TempDir(), "closed")
	commit := strangersPull(t, closed)
	answered(t, p, patience, "**GREEN") // what waited
	wantBuilds(t, "trivial", id, 1)
	await(t, "word of Drone that it passed over the pull request", patience, func() error { return ignored(commit) })
	if _, err := os.Stat(closed); err == nil {
		t.Error("a stranger's commands were executed")
	}
}

// TestRunnersLimits: with the limits of modules/drone-runner.nix the runner executes nothing of a pull request to the project though the
// setting lets it, and nothing of a recipe's repository that somebody activated in Drone: for both Drone has a build that was refused.
// The project's own build is executed.
func TestRunnersLimits(t *testing.T) {
	trivial(t, "green")
	if err := runner(2, "DRONE_LIMIT_REPOS=recipes/trivial", "DRONE_LIMIT_EVENTS=push,custom"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ignore(t, true)
		if err := runner(2); err != nil {
			t.Error(err)
		}
	})
	ignore(t, false)
	proof := t.TempDir()
	list, err := builds.BuildList("recipes", "trivial", pageOf(1))
	if err != nil {
		t.Fatal(err)
	}
	var last int64
	for _, b := range list {
		last = max(last, b.Number)
	}
	strangersPull(t, filepath.Join(proof, "pull"))
	wantRefused(t, "trivial", drone.EventPullRequest, last)

	recipe := fmt.Sprintf("activated-%d", os.Getpid())
	folder := t.TempDir()
	put(t, filepath.Join(folder, ".drone.yml"), evilYML("push", filepath.Join(proof, "push")))
	if err := script("project.sh", recipe, folder); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, recipe, drone.EventPush, 0)
	if found, err := os.ReadDir(proof); err != nil || len(found) > 0 {
		t.Errorf("commands were executed: %v %v", found, err)
	}

	ignore(t, true)
	start(t, settings{})
	p := pull(t, "green")
	pause(t, 1)
	id := comment(t, "ada", p, trigger.Word)
	answered(t, p, patience, "**GREEN")
	wantBuilds(t, "trivial", id, 1)
}

// wantRefused waits for a build of an event that is newer than the last one, which the runner must not have executed.
func wantRefused(t *testing.T, repo, event string, last int64) {
	t.Helper()
	await(t, event+" refused", patience, func() error {
		list, err := builds.BuildList("recipes", repo, pageOf(1))
		if err != nil {
			return err
		}
		for _, b := range list {
			if b.Event != event || b.Number <= last {
				continue
			}
			full, err := builds.Build("recipes", repo, int(b.Number))
			if err == nil && (len(full.Stages) != 1 || full.Stages[0].Error != "insufficient permission to run the pipeline") {
				err = fmt.Errorf("build %d is %s: %+v", b.Number, b.Status, full.Stages)
			}
			return err
		}
		return errors.New("no build")
	})
}

func ignore(t *testing.T, yes bool) {
	t.Helper()
	if _, err := builds.RepoUpdate("recipes", "trivial", &drone.RepoPatch{IgnorePulls: &yes}); err != nil {
		t.Error(err)
	}
}

// ignored looks for what Drone logs of a pull request's delivery that it makes no build of.
func ignored(commit string) error {
	for line := range strings.Lines(read("drone/log")) {
		if strings.Contains(line, commit) && strings.Contains(line, "project ignores pull requests") {
			return nil
		}
	}
	return fmt.Errorf("nothing in Drone's log of %s", commit)
}

// evilYML is the trivial pipeline for another event, which makes the file proof on the runner's host.
func evilYML(event, proof string) string {
	evil := strings.Replace(trivialYML, "[custom]", "["+event+"]", 1)
	return evil[:strings.Index(evil, "      - ")] + "      - touch " + proof + "\n"
}

// strangersPull opens mallory's pull request to the project, whose pipeline makes the file proof on the runner's host. It gives the commit.
func strangersPull(t *testing.T, proof string) string {
	t.Helper()
	c, err := as("mallory")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.GetRepo("mallory", "trivial"); err != nil {
		if _, _, err := c.CreateFork("recipes", "trivial", sdk.CreateForkOption{}); err != nil {
			t.Fatal(err)
		}
	}
	f, _, err := c.GetContents("mallory", "trivial", "main", ".drone.yml")
	if err != nil {
		t.Fatal(err)
	}
	branch := fmt.Sprintf("evil-%d-%d", os.Getpid(), pulls.Add(1))
	opt := sdk.UpdateFileOptions{SHA: f.SHA, Content: base64.StdEncoding.EncodeToString([]byte(evilYML("pull_request", proof)))}
	opt.BranchName, opt.NewBranchName = "main", branch
	changed, _, err := c.UpdateFile("mallory", "trivial", ".drone.yml", opt)
	if err != nil {
		t.Fatal(err)
	}
	openPull(t, "trivial", "mallory:"+branch)
	return changed.Commit.SHA
}
