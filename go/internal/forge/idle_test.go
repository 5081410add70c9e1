//go:build forge

package forge

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "code.gitea.io/sdk/gitea"

	"coopcloud.tech/cc-ci/internal/answer"
	ours "coopcloud.tech/cc-ci/internal/bridge"
	droneclient "coopcloud.tech/cc-ci/internal/drone"
	giteaclient "coopcloud.tech/cc-ci/internal/gitea"
	"coopcloud.tech/cc-ci/internal/trigger"
)

var (
	repositories = flag.Int("repositories", 1000, "in the organisation of TestIdle")
	cycles       = flag.Int("cycles", 300, "that TestIdle lets the bridge look")
)

// TestIdle: where nothing happens, a look costs one small request however many repositories there are, and no memory (T2).
func TestIdle(t *testing.T) {
	trivial(t, "green")
	many(t, "thousand", *repositories)
	forge, queue := newProxy(t, gitea), newProxy(t, droneAt)
	f := giteaclient.New(forge.url, "thousand", read("secrets/ci-bot-token")).As("ci-bot")
	q := droneclient.New(queue.url, "recipes/trivial", read("secrets/drone-token"))
	defer f.Close()
	defer q.Close()
	b, err := ours.New(ours.Config{
		Organisation: "thousand", Bot: "ci-bot", Key: trigger.Key(strings.Repeat("k", 32)), State: t.TempDir(),
		Interval: time.Second, Slots: 1, BuildLimit: time.Hour, Text: answer.Writer{},
	}, ours.Ports{Pulls: f, Comments: f, Members: f, Builds: q, Recipes: giteaclient.Recipes{Client: f, Project: "recipes/trivial", Folder: "recipes"}},
		slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	look := func(n int) {
		t.Helper()
		for range n {
			if err := b.Cycle(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	look(20)
	before, requests, bytes, began := heap(), forge.requests.Load(), forge.bytes.Load(), time.Now()
	look(*cycles)
	took := time.Since(began)
	requests, bytes = forge.requests.Load()-requests, forge.bytes.Load()-bytes
	t.Logf("%d looks at %d repositories: %d requests, %d bytes, %s each; heap %d -> %d KB", *cycles, *repositories, requests, bytes, took/time.Duration(*cycles), before>>10, heap()>>10)
	if requests != int64(*cycles) || bytes > requests*200 {
		t.Errorf("expected one request of less than 200 bytes a look, found %d of %d bytes for %d", requests, bytes, *cycles)
	}
	if after := heap(); after > before+1<<20 {
		t.Errorf("the heap grew from %d to %d bytes", before, after)
	}
	if n := queue.requests.Load(); n > 2+4 { // for builds that run too long, and for the project's settings, every five minutes
		t.Errorf("expected hardly a request to Drone, found %d", n)
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// many makes an organisation with n repositories of which the bot sees all.
func many(t *testing.T, name string, n int) {
	t.Helper()
	if _, _, err := admin.GetOrg(name); err == nil {
		return
	}
	if _, _, err := admin.CreateOrg(sdk.CreateOrgOption{Name: name, Visibility: sdk.VisibleTypePublic}); err != nil {
		t.Fatal(err)
	}
	team, _, err := admin.CreateTeam(name, sdk.CreateTeamOption{
		Name: "readers", Permission: sdk.AccessModeRead, IncludesAllRepositories: true, Units: []sdk.RepoUnitType{sdk.RepoUnitCode, sdk.RepoUnitPulls, sdk.RepoUnitIssues},
	})
	if err == nil {
		_, err = admin.AddTeamMember(team.ID, "ci-bot")
	}
	if err != nil {
		t.Fatal(err)
	}
	numbers, failed := make(chan int), make(chan error, n)
	var done sync.WaitGroup
	for range 4 {
		done.Go(func() {
			for i := range numbers {
				_, _, err := admin.CreateOrgRepo(name, sdk.CreateRepoOption{Name: fmt.Sprintf("recipe-%04d", i)})
				failed <- err
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	done.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestEnrolment: a folder that is merged to the project's default branch can be triggered at once, with nothing started anew (N2).
func TestEnrolment(t *testing.T) {
	trivial(t, "green")
	repository(t, "newcomer")
	start(t, settings{})
	p := pull(t, "newcomer")
	pause(t, 1)
	comment(t, "ada", p, trigger.Word)
	answered(t, p, patience, "is not enrolled")
	folder := t.TempDir()
	put(t, filepath.Join(folder, ".drone.yml"), trivialYML)
	for _, r := range []string{"green", "newcomer"} {
		put(t, filepath.Join(folder, "recipes", r, "default.nix"), "{ }\n")
	}
	if err := script("project.sh", "trivial", folder); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	id := comment(t, "ada", p, trigger.Word)
	answered(t, p, patience, "is not enrolled", "**GREEN")
	t.Logf("merge to verdict: %s", time.Since(began))
	wantBuilds(t, "trivial", id, 1)
}
