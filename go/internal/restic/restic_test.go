package restic

import (
	"context"
	"errors"
	"slices"
	"strings"
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
	return out, true, nil
}

func TestFiles(t *testing.T) {
	s := &service{gives: []swarm.Output{{Stdout: `{"time":"2026-01-01T00:00:00Z","paths":["/v/a"],"id":"aa","struct_type":"snapshot"}
{"name":"a","type":"dir","path":"/v/a","struct_type":"node"}
{"name":"d.json","type":"file","path":"/v/a/d.json","size":12,"struct_type":"node"}
`}}}
	got, err := Repository{s}.Files(context.Background(), "aa")
	if want := []File{{"/v/a", "dir", 0}, {"/v/a/d.json", "file", 12}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestForgetWaitsForALock(t *testing.T) {
	s := &service{gives: []swarm.Output{{Exit: 1, Stderr: "unable to create lock in backend: repository is already locked"}, {}}}
	if err := (Repository{s}).Forget(context.Background(), []Snapshot{{ID: "aa"}}); err != nil || len(s.asked) != 2 {
		t.Errorf("asked %d times: %v", len(s.asked), err)
	}
	if last := strings.Join(s.asked[1], " "); last != "restic --no-cache forget --prune aa" {
		t.Errorf("got %q", last)
	}
}

func TestNoBackupService(t *testing.T) {
	if _, err := (Repository{&service{}}).Snapshots(context.Background()); !errors.Is(err, ErrNone) {
		t.Errorf("got %v", err)
	}
}
