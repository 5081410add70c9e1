package restic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"coopcloud.tech/cc-ci/internal/swarm"
)

func TestSnapshotOf(t *testing.T) {
	for _, tt := range []struct {
		snapshot Snapshot
		want     bool
	}{
		{Snapshot{Tags: []string{"demo-pr0-abc_ci_test"}}, true},
		{Snapshot{Tags: []string{"demo-pr0-abc.ci.test"}}, true},
		{Snapshot{Paths: []string{"/var/lib/docker/volumes/demo-pr0-abc_ci_test_data/_data/up"}}, true},
		{Snapshot{Paths: []string{"/staging/demo-pr0-abc_ci_test/db"}}, true},
		// What an app calls its own folders makes it nobody else's.
		{Snapshot{Paths: []string{"/var/lib/docker/volumes/other-pr0-abc_ci_test_data/_data/demo-pr0-abc_ci_test_x"}}, false},
		{Snapshot{Tags: []string{"demo-pr0-abcd_ci_test"}, Paths: []string{"/var/lib/docker/volumes/demo-pr0-abcd_ci_test_data"}}, false},
		{Snapshot{}, false},
	} {
		if got := tt.snapshot.Of("demo-pr0-abc_ci_test"); got != tt.want {
			t.Errorf("%v: got %v", tt.snapshot, got)
		}
	}
}

// service answers each call with the next output.
type service struct {
	asked [][]string
	gives []swarm.Output
}

func (s *service) ExecLabel(_ context.Context, _, _ string, c swarm.Command) (swarm.Output, bool, error) {
	s.asked = append(s.asked, c.Argv)
	if len(s.gives) == 0 {
		return swarm.Output{}, false, nil
	}
	out := s.gives[0]
	s.gives = s.gives[1:]
	if c.Stdout == nil {
		return out, true, nil
	}
	_, err := io.WriteString(c.Stdout, out.Stdout)
	return out, true, err
}

func TestFiles(t *testing.T) {
	s := &service{gives: []swarm.Output{{Stdout: `{"time":"2026-01-01T00:00:00Z","paths":["/v/a"],"id":"aa","struct_type":"snapshot"}
{"name":"a","type":"dir","path":"/v/a","struct_type":"node"}
{"name":"d.json","type":"file","path":"/v/a/d.json","size":12,"struct_type":"node"}
`}}}
	got, err := Repository{s}.Files(context.Background(), "aa", func(File) bool { return true })
	if want := []File{{"/v/a", "dir", 0}, {"/v/a/d.json", "file", 12}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

// A list that breaks off is none: what is missing from it would count as not saved.
func TestFilesBreakOff(t *testing.T) {
	for name, text := range map[string]string{
		"in a line": `{"name":"a","type":"dir","path":"/v/a"}` + "\n" + `{"name":"b","ty`,
		"in words":  "no such snapshot\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := &service{gives: []swarm.Output{{Stdout: text}}}
			if got, err := (Repository{s}).Files(t.Context(), "aa", func(File) bool { return true }); err == nil || !strings.Contains(err.Error(), "snapshot aa") {
				t.Errorf("expected an error, found %v, %v", got, err)
			}
		})
	}
	if _, err := (Repository{&service{}}).Files(t.Context(), "aa", nil); !errors.Is(err, ErrNone) {
		t.Errorf("without a backup service: %v", err)
	}
}

func TestForgetWaitsForALock(t *testing.T) {
	s := &service{gives: []swarm.Output{{Exit: 1, Stderr: "unable to create lock in backend: repository is already locked"}, {}, {}}}
	if err := (Repository{s}).Forget(context.Background(), []Snapshot{{ID: "aa"}}); err != nil || len(s.asked) != 3 {
		t.Errorf("asked %d times: %v", len(s.asked), err)
	}
	if last := strings.Join(s.asked[2], " "); last != "restic --no-cache forget --prune aa" {
		t.Errorf("got %q", last)
	}
}

// What still works for an app is known by its environment; nothing else is touched.
func TestStop(t *testing.T) {
	own := fmt.Sprintf("stop-%d", os.Getpid())
	start := func(app string) *exec.Cmd {
		cmd := exec.Command("sleep", "60")
		cmd.Env = []string{"SERVICE=" + app}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
		return cmd
	}
	mine, other := start(own+".ci.test"), start(own+".ci.testing")
	s := &service{gives: []swarm.Output{{}}}
	if err := (Repository{s}).Stop(t.Context(), own+"_ci_test"); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(s.asked[0][0], s.asked[0][1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := mine.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Errorf("the app's own command: got %v", err)
	}
	if err := other.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("another app's command: %v", err)
	}
	if err := (Repository{&service{}}).Stop(t.Context(), "x"); err != nil {
		t.Errorf("without a backup service: %v", err)
	}
}

func TestNoBackupService(t *testing.T) {
	if _, err := (Repository{&service{}}).Snapshots(context.Background()); !errors.Is(err, ErrNone) {
		t.Errorf("got %v", err)
	}
}
