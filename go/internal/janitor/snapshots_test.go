package janitor

import (
	"context"
	"slices"
	"testing"

	"coopcloud.tech/cc-ci/internal/restic"
)

type repository struct {
	all, forgot []restic.Snapshot
	late        []restic.Snapshot // what a backup that is going on saves before it is stopped
}

func (r *repository) Snapshots(context.Context) ([]restic.Snapshot, error) { return r.all, nil }

func (r *repository) Forget(_ context.Context, list []restic.Snapshot) error {
	r.forgot = append(r.forgot, list...)
	return nil
}

func (r *repository) Stop(_ context.Context, stack string) error {
	for _, s := range r.late {
		if slices.Contains(s.Tags, stack) {
			r.all = append(r.all, s)
		}
	}
	return nil
}

// A run that was killed may leave nothing but a snapshot.
func TestAppsForgetsTheSnapshotsOfTheDeadAlone(t *testing.T) {
	locks := held(t, "t-b")
	saved := &repository{all: []restic.Snapshot{
		{ID: "1", Tags: []string{"t-a"}},
		{ID: "2", Tags: []string{"t-b"}},
		{ID: "3", Tags: []string{"wiki_example_org"}},
		{ID: "4", Paths: []string{"/var/lib/docker/volumes/t-c_data/_data"}},
	}, late: []restic.Snapshot{{ID: "5", Tags: []string{"t-a"}}, {ID: "6", Tags: []string{"t-b"}}}}
	r, err := Janitor{Engine: &table{}, Backups: saved, Locks: locks, StackOf: runForm}.Apps(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var forgot []string
	for _, s := range saved.forgot {
		forgot = append(forgot, s.ID)
	}
	slices.Sort(forgot)
	if want := []string{"1", "4", "5"}; !slices.Equal(forgot, want) {
		t.Errorf("forgot %v, want %v", forgot, want)
	}
	slices.Sort(r.Reaped)
	if want := []string{"app t-a", "app t-c"}; !slices.Equal(r.Reaped, want) {
		t.Errorf("reaped %v, want %v", r.Reaped, want)
	}
}
