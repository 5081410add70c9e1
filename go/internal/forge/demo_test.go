//go:build forge

package forge

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "code.gitea.io/sdk/gitea"
	"github.com/drone/drone-go/drone"

	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/swarm"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// demoLimit is for a whole build: two are at it on two cores, and the first one compiles cc-ci.
const demoLimit = 8 * time.Minute

var (
	machine site.Site // that the demo's runs get
	once    sync.Once
	apart   = settings{project: "cc-ci", recipes: "checks/tests"}
)

// demo makes the project recipes/cc-ci of this very repository, the demo recipe's mirror, and the site that the builds get.
func demo(t *testing.T) {
	t.Helper()
	source := strings.TrimPrefix(machineOfRuns(t)["demo"], "file://")
	once.Do(func() {
		if _, _, err := admin.GetRepo("recipes", "demo"); err == nil {
			return // by an earlier test program on the same forge
		}
		demoRepository(t, source)
		if err := script("project.sh", "cc-ci", root); err != nil {
			t.Fatal(err)
		}
		selfTest(t)
	})
}

// demoRepository makes the demo recipe's mirror from a git repository.
func demoRepository(t *testing.T, source string) {
	t.Helper()
	if _, _, err := admin.CreateOrgRepo("recipes", sdk.CreateRepoOption{Name: "demo", DefaultBranch: "main"}); err != nil {
		t.Fatal(err)
	}
	git(t, source, "push", "--quiet", "--tags", gitea+"/recipes/demo.git", "main")
}

// machineOfRuns makes the site that the builds get: the machine's, with folders of its own, the organisation's repositories for recipes, and a
// results store. Of these the machine's own repository is taken in upstream's place, where they are a dependency. It gives the
// recipes that the machine has: name to git URL, stand-ins too.
func machineOfRuns(t *testing.T, dependencies ...string) map[string]string {
	t.Helper()
	var err error
	if machine, err = site.Load(""); err != nil {
		t.Fatalf("%v; `make test-forge` brings the machine up", err)
	}
	bundled := map[string]string{}
	maps.Copy(bundled, machine.StandIns)
	maps.Copy(bundled, machine.Sources)
	machine.State, machine.Results.Dir = filepath.Join(dir, "state"), filepath.Join(dir, "trivial/results")
	machine.Mirror, machine.MaxTests = gitea+"/recipes", 2
	maps.DeleteFunc(machine.Sources, func(name, _ string) bool { return !slices.Contains(dependencies, name) })
	b, err := json.Marshal(machine)
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{machine.State, machine.Results.Dir} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	put(t, filepath.Join(dir, "site.json"), string(b))
	return bundled
}

// selfTest waits for the build of the project's own pipeline, which the push of main started.
func selfTest(t *testing.T) {
	t.Helper()
	await(t, "the project's self-test", demoLimit, func() error {
		b, err := builds.Build("recipes", "cc-ci", 1)
		switch {
		case err != nil:
			return err
		case b.Status == drone.StatusFailing || b.Status == drone.StatusError:
			t.Fatalf("the project's self-test: it is %s", b.Status)
		case b.Event != drone.EventPush || b.Status != drone.StatusPassing:
			return fmt.Errorf("event %s, status %s", b.Event, b.Status)
		}
		return nil
	})
}

// brokenPull opens a pull request whose restore loads a file that no backup has.
func brokenPull(t *testing.T) trigger.Pull {
	t.Helper()
	f, _, err := admin.GetContents("recipes", "demo", "main", "compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := base64.StdEncoding.DecodeString(*f.Content)
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(text), "/notes load /data/backup.json", "/notes load /data/none.json", 1)
	branch := fmt.Sprintf("broken-%d", pulls.Add(1))
	opt := sdk.UpdateFileOptions{SHA: f.SHA, Content: base64.StdEncoding.EncodeToString([]byte(broken))}
	opt.BranchName, opt.NewBranchName = "main", branch
	if _, _, err := admin.UpdateFile("recipes", "demo", "compose.yml", opt); err != nil {
		t.Fatal(err)
	}
	return openPull(t, "demo", branch)
}

// TestDemo: from a comment to a verdict with the demo recipe: a green one, one from a fork, and, while both run on the runner's two slots, a red
// one that Drone queues and that starts when a slot is free. Never are there more apps than slots, and none afterwards.
func TestDemo(t *testing.T) {
	demo(t)
	start(t, apart)
	green, fork, red := pull(t, "demo"), forkPull(t, "demo"), brokenPull(t)
	pause(t, 1)
	began := time.Now()
	comment(t, "ada", green, trigger.Word)
	comment(t, "hidden", fork, trigger.Word)
	answered(t, green, demoLimit, "**running**")
	answered(t, fork, demoLimit, "**running**")
	stop := countApps(t)
	comment(t, "ada", red, trigger.Word)
	answered(t, red, patience, "**queued**")
	text := answered(t, green, demoLimit, "**GREEN, level 5 of 5**")
	t.Logf("comment to green verdict, with a second run beside and cc-ci compiled: %s", time.Since(began))
	_, sha := headOf(t, green)
	for _, words := range []string{
		"install    pass", "backup     pass", "local      pass", "upgrade    pass", sha[:7], "](" + droneAt + "/recipes/cc-ci/", "](http://pages.test/recipe/demo/",
		"#test-demo' -- --source " + "http://", "/recipes/demo.git --ref " + sha,
	} {
		if !strings.Contains(text, words) {
			t.Errorf("expected %q in the answer:\n%s", words, text)
		}
	}
	answered(t, fork, demoLimit, "**GREEN, level 5 of 5**")
	text = answered(t, red, demoLimit, "**RED")
	for _, words := range []string{"install    pass", "backup     FAIL", "none.json"} {
		if !strings.Contains(text, words) {
			t.Errorf("expected %q in the answer:\n%s", words, text)
		}
	}
	if most := stop(); most != 2 {
		t.Errorf("expected 2 apps at a time at most, and so many once, found %d", most)
	}
	if left := apps(t); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	steps(t, green)
}

// steps sees that Drone shows each stage as a step of its own, with a log (U1).
func steps(t *testing.T, p trigger.Pull) {
	t.Helper()
	list, err := builds.BuildList("recipes", "cc-ci", pageOf(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range list {
		if b.Params[trigger.ParamRecipe] != p.Repo || b.Params[trigger.ParamPR] != fmt.Sprint(p.Number) {
			continue
		}
		whole, err := builds.Build("recipes", "cc-ci", int(b.Number))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range whole.Stages[0].Steps {
			names = append(names, s.Name)
			lines, err := builds.Logs("recipes", "cc-ci", int(b.Number), 1, s.Number)
			if err != nil || len(lines) < 2 {
				t.Errorf("step %s: expected a log, found %d lines, %v", s.Name, len(lines), err)
			}
		}
		if want := "clone start install backup local upgrade report"; strings.Join(names, " ") != want {
			t.Errorf("steps: expected %s, found %s", want, names)
		}
		return
	}
	t.Error("no build of it")
}

// apps names the stacks of runs of pull requests that have objects in the engine.
func apps(t *testing.T) []string {
	t.Helper()
	names, err := stacks(t.Context(), machine.Docker)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func stacks(ctx context.Context, docker string) ([]string, error) {
	e, err := swarm.Connect(ctx, docker)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	objects, err := e.Objects(ctx)
	found := map[string]bool{}
	for _, o := range objects {
		if strings.Contains(o.Stack, "-pr") {
			found[o.Stack] = true
		}
	}
	return slices.Collect(maps.Keys(found)), err
}

// countApps looks twice a second; the function that it gives ends that and gives the most that were live at a time.
func countApps(t *testing.T) func() int {
	t.Helper()
	done, most := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-done:
				most <- n
				return
			case <-time.After(500 * time.Millisecond):
				names, err := stacks(context.Background(), machine.Docker)
				if err != nil {
					t.Error(err)
				}
				n = max(n, len(names))
			}
		}
	}()
	return func() int { close(done); return <-most }
}
