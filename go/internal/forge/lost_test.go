//go:build forge

package forge

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	sdk "code.gitea.io/sdk/gitea"
	"github.com/drone/drone-go/drone"

	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/store"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// TestLost: whatever of a running build dies, its follower goes too. Where nobody follows any more, the run ends and its app goes; where
// Drone's report step takes over, the run comes to its end. The answer says what became of it, and the next build is green. How long each
// took stands in the test's log.
func TestLost(t *testing.T) {
	demo(t)
	b := start(t, apart)
	stop := countApps(t) // Drone gives a slot away before the run that had it is gone
	both := func(t *testing.T, rows ...lost) {
		for _, l := range rows {
			t.Run(l.name, func(t *testing.T) { t.Parallel(); l.test(t) })
		}
	}
	const noVerdict = "the result and the build's status contradict each other"
	t.Run("one step", func(t *testing.T) {
		both(t, lost{"its shell is killed", demoPull, killShell, true, noVerdict}, lost{"its follower is killed", demoPull, killFollower, true, noVerdict})
	})
	t.Run("the build", func(t *testing.T) {
		limit(t, 1)
		both(t, lost{"it is cancelled", slowPull, cancel, false, "was cancelled in Drone after"}, lost{"Drone's time limit is over", slowPull, overdue, false, "at Drone's time limit"})
	})
	limit(t, 120)
	t.Run("the runner", func(t *testing.T) { killRunner(t, b) })
	t.Run("the next build", func(t *testing.T) {
		p := pull(t, "demo")
		pause(t, 1)
		comment(t, "ada", p, trigger.Word)
		answered(t, p, demoLimit, "**GREEN, level 5 of 5**")
		if left := apps(t); len(left) > 0 {
			t.Errorf("left: %q", left)
		}
	})
	if most := stop(); most > 2 {
		t.Errorf("expected 2 apps at a time at most, found %d", most)
	}
}

// lost is one way to lose a build.
type lost struct {
	name     string
	open     func(t *testing.T) trigger.Pull
	lose     func(t *testing.T, build int)
	reported bool   // the report step follows the run to its end
	words    string // in the answer
}

func (l lost) test(t *testing.T) {
	p := l.open(t)
	id, build := deployed(t, p)
	before := followers(build)
	l.lose(t, build)
	next := func(pid string) bool { return l.reported && !slices.Contains(before, pid) }
	unfollowed(t, build, next)
	if !l.reported {
		removed(t, p, id)
	}
	answered(t, p, demoLimit, l.words)
	// Not at once: the first look may have fallen between two deployments of a run that was still ending.
	await(t, "end of the app, still", 30*time.Second, func() error { return none(appsOf(t, p)) })
}

// unfollowed waits until nobody follows a build any more but those of its next step: long before the step would have ended by itself.
func unfollowed(t *testing.T, build int, next func(pid string) bool) {
	t.Helper()
	began := time.Now()
	await(t, "end of the followers", 20*time.Second, func() error {
		left := followers(build)
		if next != nil {
			left = slices.DeleteFunc(left, next)
		}
		return none(left)
	})
	t.Logf("no follower after %s", time.Since(began).Round(100*time.Millisecond))
}

// removed waits until the app of a comment's run is gone, and sees that the run ended because nobody followed it, not by itself.
func removed(t *testing.T, p trigger.Pull, id int64) {
	t.Helper()
	began := time.Now()
	var r result.Result
	await(t, "the run's result", patience, func() (err error) { // its app may be gone for a moment before
		r, err = store.Read(machine.Results.Dir).OfKey(fmt.Sprint(id))
		return err
	})
	if text := fmt.Sprintf("%+v", r); !strings.Contains(text, "nobody has followed the run") {
		t.Errorf("expected a run that ended since nobody followed it, found %s", text)
	}
	if err := none(appsOf(t, p)); err != nil {
		t.Errorf("the app of a run that has its result: %v", err)
	}
	t.Logf("no run and no app after %s", time.Since(began).Round(time.Second))
}

// limit sets Drone's limit for a build of the project, in minutes; a build has the one from when it began.
func limit(t *testing.T, minutes int64) {
	t.Helper()
	if _, err := builds.RepoUpdate("recipes", "cc-ci", &drone.RepoPatch{Timeout: &minutes}); err != nil {
		t.Fatal(err)
	}
}

// demoPull opens a pull request whose run is green; slowPull one whose run takes longer than Drone's smallest limit, a minute, on any machine.
func demoPull(t *testing.T) trigger.Pull { return pull(t, "demo") }

func slowPull(t *testing.T) trigger.Pull {
	t.Helper()
	branch := "main"
	content := base64.StdEncoding.EncodeToString([]byte("import time\n\n\ndef test_slow():\n    time.sleep(25)\n"))
	// Each within the limit of a step, and on a new branch: a push to an old one Gitea may note when the pull request is open, after the comment.
	for i := range 3 {
		opt := sdk.CreateFileOptions{Content: content}
		opt.BranchName, opt.NewBranchName = branch, fmt.Sprintf("slow-%d", pulls.Add(1))
		branch = opt.NewBranchName
		if _, _, err := admin.CreateFile("recipes", "demo", fmt.Sprintf("tests/test_slow_%d.py", i), opt); err != nil {
			t.Fatal(err)
		}
	}
	return openPull(t, "demo", branch)
}

// deployed starts a build of a pull request by a comment and waits until its app is in the engine and a follower follows.
func deployed(t *testing.T, p trigger.Pull) (id int64, build int) {
	t.Helper()
	pause(t, 1)
	id = comment(t, "ada", p, trigger.Word)
	await(t, "app and follower", demoLimit, func() (err error) {
		if build, err = buildOf(id); err != nil {
			return err
		}
		if build == 0 || len(followers(build)) == 0 || len(appsOf(t, p)) == 0 {
			return fmt.Errorf("build %d, followers %v, apps %v", build, followers(build), appsOf(t, p))
		}
		return nil
	})
	return id, build
}

// buildOf gives the number of a comment's build, 0 where there is none yet.
func buildOf(comment int64) (int, error) {
	list, err := builds.BuildList("recipes", "cc-ci", pageOf(1))
	for _, b := range list {
		if b.Params[trigger.ParamComment] == fmt.Sprint(comment) {
			return int(b.Number), err
		}
	}
	return 0, err
}

func appsOf(t *testing.T, p trigger.Pull) (mine []string) {
	t.Helper()
	for _, a := range apps(t) {
		if strings.HasPrefix(a, fmt.Sprintf("demo-pr%d-", p.Number)) {
			mine = append(mine, a)
		}
	}
	return mine
}

// followers are the processes `cc-ci follow` of a build, by the environment that Drone gave them.
func followers(build int) (pids []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		b, _ := os.ReadFile(f) // gone: not running
		argv := strings.Split(string(b), "\x00")
		if len(argv) < 3 || argv[1] != "follow" || !strings.HasSuffix(argv[0], "cc-ci") {
			continue
		}
		env, _ := os.ReadFile(filepath.Join(filepath.Dir(f), "environ"))
		if strings.Contains("\x00"+string(env), fmt.Sprintf("\x00DRONE_BUILD_NUMBER=%d\x00", build)) {
			pids = append(pids, filepath.Base(filepath.Dir(f)))
		}
	}
	return pids
}

func none(found []string) error {
	if len(found) > 0 {
		return fmt.Errorf("found %v", found)
	}
	return nil
}

func cancel(t *testing.T, build int) {
	if err := builds.BuildCancel("recipes", "cc-ci", build); err != nil {
		t.Fatal(err)
	}
}

// killShell kills the shell of the step; what follows in the build is skipped but for the report, which finds the run ended.
func killShell(t *testing.T, build int) { killOf(t, build, parentOf) }

func killFollower(t *testing.T, build int) {
	killOf(t, build, func(pid string) (string, error) { return pid, nil })
}

// killOf kills the process that a follower leads to. Between two steps there is none: then that of the next step.
func killOf(t *testing.T, build int, of func(pid string) (string, error)) {
	t.Helper()
	await(t, "a follower", patience, func() error {
		pids := followers(build)
		if len(pids) == 0 {
			return errors.New("nobody follows")
		}
		pid, err := of(pids[0])
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(pid)
		if err != nil {
			return err
		}
		return syscall.Kill(n, syscall.SIGKILL)
	})
}

func parentOf(pid string) (string, error) {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return "", err
	}
	return strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+2:]))[1], nil
}

// overdue waits for Drone's limit of one minute.
func overdue(t *testing.T, build int) {
	await(t, "end by Drone's limit", patience, func() error {
		b, err := builds.Build("recipes", "cc-ci", build)
		if err == nil && b.Status != drone.StatusKilled {
			err = fmt.Errorf("it is %s", b.Status)
		}
		return err
	})
}

// killRunner: the build would stay running for ever; the bridge cancels it at a limit of its own.
func killRunner(t *testing.T, b *bridge) {
	p := slowPull(t)
	id, build := deployed(t, p)
	if err := script("halt.sh", "runner", "KILL"); err != nil {
		t.Fatal(err)
	}
	unfollowed(t, build, nil)
	if err := runner(2); err != nil {
		t.Fatal(err)
	}
	b.kill(syscall.SIGTERM)
	b.args = append(b.args, "--build-limit", "1m")
	b.start("")
	removed(t, p, id)
	answered(t, p, patience, "ran for more than 1m0s")
	b.kill(syscall.SIGTERM)
	b.args = b.args[:len(b.args)-2]
	b.start("")
}

// git runs git with the operator's token, in no list of processes.
func git(t *testing.T, folder string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http.extraHeader",
		"GIT_CONFIG_VALUE_0=Authorization: token "+read("secrets/operator-token"),
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@forge.test", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@forge.test")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}
