package store

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// TestMain sets the store's clock to a day after the runs of these tests.
func TestMain(m *testing.M) {
	now = func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) }
	os.Exit(m.Run())
}

// TestLinksLeadNowhere: the store is another user's than the one that publishes, who is root. A link in place of one of its folders
// is no way to have something made, changed or removed elsewhere.
func TestLinksLeadNowhere(t *testing.T) {
	for _, name := range []string{coming, keys, "notes"} {
		t.Run(name, func(t *testing.T) {
			s, outside := open(t), t.TempDir()
			old := filepath.Join(outside, "old")
			put(t, old, "somebody's")
			if err := os.Chtimes(old, time.Time{}, time.Now().Add(-2*halfDone)); err != nil {
				t.Fatal(err)
			}
			place := filepath.Join(s.Dir(), name)
			if err := os.RemoveAll(place); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(outside, place); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Publish(run(t, nil)); err == nil {
				t.Error("expected an error")
			}
			if left := tree(t, outside); len(left) != 1 || left[0] != "old" {
				t.Errorf("expected what was there alone, found %q", left)
			}
		})
	}
}

// TestTornKey: what a lost power line left of a key's file keeps no result from being published.
func TestTornKey(t *testing.T) {
	for _, torn := range []string{"", "\n", "notes", "notes/", "../../etc"} {
		t.Run(torn, func(t *testing.T) {
			s := open(t)
			put(t, filepath.Join(s.Dir(), keys, "4711"), torn)
			if _, err := s.Publish(run(t, nil)); err != nil {
				t.Fatal(err)
			}
			if r, err := s.OfKey("4711"); err != nil || r.Recipe != "notes" {
				t.Errorf("found %q, %v", r.Recipe, err)
			}
		})
	}
}

// TestFuture: a run of a machine whose clock is wrong does not stand before all that come after it.
func TestFuture(t *testing.T) {
	began := time.Date(2026, 11, 23, 4, 35, 0, 0, time.UTC)
	defer func(before func() time.Time) { now = before }(now)
	now = func() time.Time { return began }
	for _, tt := range []struct {
		name, id string
		started  time.Time
		fails    bool
	}{
		{"now", "20261123-043500-0a1b2c3d", began, false},
		{"a clock that is half an hour ahead", "20261123-050500-0a1b2c3d", began.Add(30 * time.Minute), false},
		{"an id of next year", "20271123-043500-0a1b2c3d", began, true},
		{"a start in next year", "20261123-043500-0a1b2c3d", began.AddDate(1, 0, 0), true},
		{"an id without a time", "20261399-043500-0a1b2c3d", began, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := open(t).Publish(run(t, func(r *result.Result) { r.ID, r.Started = tt.id, tt.started }))
			if (err != nil) != tt.fails {
				t.Errorf("expected an error %v, found %v", tt.fails, err)
			}
		})
	}
}

// TestUnpackBounds: what an upload becomes is bounded also where it is no file: a megabyte of an entry's header is a kilobyte as it is sent.
func TestUnpackBounds(t *testing.T) {
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed) // a level there is
	archive := tar.NewWriter(z)
	long := map[string]string{"CCCI.comment": strings.Repeat("x", 1_000_000)}
	for i := range maxUpload/len(long["CCCI.comment"]) + 1 {
		if err := archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: fmt.Sprintf("log/%d", i), Mode: 0o644, PAXRecords: long}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := unpack(&packed, root); err == nil {
		t.Errorf("expected a refusal of more than %d bytes", maxUpload)
	}
}
