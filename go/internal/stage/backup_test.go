package stage

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/restic"
	"coopcloud.tech/cc-ci/internal/result"
)

// saves gives facts of one service with one volume under these backup labels.
func saves(labels map[string]string) *recipe.Facts {
	full := map[string]string{}
	for k, v := range labels {
		full["backupbot."+k] = v
	}
	return &recipe.Facts{
		Services: []recipe.Service{{Name: "app", Mounts: []recipe.Mount{{Type: "volume", Source: "data", Target: "/data"}}, Backup: recipe.ParseBackup(full)}},
		Volumes:  []recipe.Volume{{Key: "data", Name: "s_data"}},
	}
}

func TestSnapshotHoldsWhatTheLabelsSave(t *testing.T) {
	const root = "/var/lib/docker/volumes/s_data/_data"
	for _, tt := range []struct {
		name  string
		paths string // of the volume; empty: all
		files []restic.File
		end   string
		want  string // part of the error; empty: none
	}{
		{"whole", "", []restic.File{{Path: root, Type: "dir"}, {Path: root + "/a", Type: "file"}}, "", ""},
		{"nothing of it", "", []restic.File{{Path: "/var/lib/docker/volumes/s_data2/_data", Type: "dir"}}, "", "left out: the labels save data"},
		{"only by another volume's name", "", []restic.File{{Path: "/var/lib/docker/volumes/s_b/_data/s_data/_data/a", Type: "file"}}, "", "left out: the labels save data"},
		{"sub-paths", "d.json,up", []restic.File{{Path: root + "/d.json", Type: "file", Size: 9}, {Path: root + "/up", Type: "dir"}}, "{}\n", ""},
		{"one of two", "d.json,up", []restic.File{{Path: root + "/d.json", Type: "file", Size: 9}}, "{}", "left out: the labels save data/up"},
		{"empty dump", "d.json", []restic.File{{Path: root + "/d.json", Type: "file"}}, "", "empty dump: data/d.json"},
		{"cut JSON", "d.json", []restic.File{{Path: root + "/d.json", Type: "file", Size: 9}}, `{"notes":[{"text":"mi`, "truncated dump: data/d.json"},
		{"cut SQL", "d.sql", []restic.File{{Path: root + "/d.sql", Type: "file", Size: 9}}, "COPY notes FROM stdin;", "truncated dump: data/d.sql"},
		{"SQL", "d.sql", []restic.File{{Path: root + "/d.sql", Type: "file", Size: 9}}, "--\n-- PostgreSQL database dump complete\n--", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			labels := map[string]string{"backup": "true"}
			if tt.paths != "" {
				labels["backup.volumes.data.path"] = tt.paths
			}
			pick := telling(saves(labels))
			kept := slices.DeleteFunc(slices.Clone(tt.files), func(f restic.File) bool { return !pick(f) })
			err := whole(saves(labels), kept, func(string) (string, error) { return tt.end, nil })
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || result.OutcomeOf(err) != result.Fail) {
				t.Errorf("want %q, got %v", tt.want, err)
			}
		})
	}
}

// TestTelling: of a snapshot with many files few are kept, and those that tell.
func TestTelling(t *testing.T) {
	const root = "/var/lib/docker/volumes/s_data/_data"
	pick := telling(saves(map[string]string{"backup": "true", "backup.volumes.data.path": "up,d.json"}))
	var kept []string
	for _, name := range []string{"", "/a", "/b", "/up", "/up/1", "/up/2", "/d.json", "/d.json2", "/z"} {
		if pick(restic.File{Path: root + name}) {
			kept = append(kept, name)
		}
	}
	if want := []string{"/up", "/d.json"}; !slices.Equal(kept, want) {
		t.Errorf("expected %q, found %q", want, kept)
	}
}

func TestAfterRestoreNamesTheFault(t *testing.T) {
	lost := result.Fault(errors.New("state.verify[1]: GET /x2: expected body with \"a\", got status 404, body <Id>18A7F3</Id> at 10:02"))
	for _, tt := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{lost, "reported success and changed nothing"},
		{result.Fault(errors.New("state.verify[1]: GET /x2: expected body with \"a\", got status 404, body <Id>7B</Id> at 10:04")), "reported success and changed nothing"},
		{result.Fault(errors.New("state.verify[1]: GET /x2: expected body with \"a\", got status 404, body <Id>7B</Id> of others")), "did not bring everything back"},
		{result.Fault(errors.New("state.verify[2]: GET /x2: expected body with \"a\", got status 404, body <Id>18A7F3</Id> at 10:02")), "did not bring everything back"},
	} {
		err := afterRestore("in-place", lost.Error(), tt.err)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || result.OutcomeOf(err) != result.Fail) {
			t.Errorf("want %q, got %v", tt.want, err)
		}
	}
	broken := errors.New("the engine is gone")
	if got := afterRestore("fresh", "x", broken); !errors.Is(got, broken) || result.OutcomeOf(got) != result.Error {
		t.Errorf("got %v", got)
	}
}
