package store

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

func open(t *testing.T, path string, schema int) *Store {
	t.Helper()
	s, err := Open(path, schema)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func add(t *testing.T, s *Store, n Note) Note {
	t.Helper()
	n, err := s.Add(n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNotes(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "notes.db"), 3)
	first := add(t, s, Note{Text: "one", Tags: []string{"a", "b"}})
	add(t, s, Note{Text: "two"})
	first.Tags = []string{"b"}
	if err := s.Put(first); err != nil {
		t.Fatal(err)
	}
	notes, err := s.List()
	if err != nil || len(notes) != 2 || notes[0].Text != "two" {
		t.Errorf("list: %v, %v; expected two notes, the newest first", notes, err)
	}
	for tag, want := range map[string]int{"a": 0, "b": 1} {
		if found, err := s.Tagged(tag); err != nil || len(found) != want {
			t.Errorf("tag %s: %v, %v; expected %d notes", tag, found, err, want)
		}
	}
	if _, err := s.Get("99"); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown note: %v", err)
	}
	if err := s.Put(Note{ID: "99"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("replace an unknown note: %v", err)
	}
}

func TestMigrate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.db")
	one := open(t, path, 1)
	n := add(t, one, Note{Text: "buy #milk and #bread and #milk", Tags: []string{"dropped by version 1"}})
	one.Close()

	_, err := Open(path, 3)
	if err == nil || !strings.Contains(err.Error(), "start version 2 once before") {
		t.Fatalf("schema 1 to 3: %v; expected a refusal", err)
	}
	two := open(t, path, 2)
	got, err := two.Get(n.ID)
	if err != nil || strings.Join(got.Tags, ",") != "milk,bread" {
		t.Fatalf("tags after the migration: %q, %v", got.Tags, err)
	}
	two.Close()

	three := open(t, path, 3)
	if found, err := three.Tagged("bread"); err != nil || len(found) != 1 {
		t.Fatalf("index after the migration: %v, %v", found, err)
	}
	three.Close()
	if _, err := Open(path, 2); err == nil || !strings.Contains(err.Error(), "found 3") {
		t.Fatalf("schema 3 to 2: %v; expected a refusal", err)
	}
}

func TestDumpAndLoad(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "notes.db"), 3)
	kept := add(t, s, Note{Text: "kept", Tags: []string{"x"}})
	var saved bytes.Buffer
	if err := s.Dump(&saved); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(Note{ID: kept.ID, Text: "lost"}); err != nil {
		t.Fatal(err)
	}
	add(t, s, Note{Text: "later", Tags: []string{"x"}})

	if err := s.Load(strings.NewReader(`{"schema": 3, "notes": [{"id": "1"`)); err == nil {
		t.Error("a truncated dump was loaded")
	}
	if got, _ := s.Get(kept.ID); got.Text != "lost" {
		t.Errorf("after a refused load: %q; expected no change", got.Text)
	}
	if err := s.Load(bytes.NewReader(saved.Bytes())); err != nil {
		t.Fatal(err)
	}
	notes, err := s.List()
	if err != nil || len(notes) != 1 || notes[0].Text != "kept" {
		t.Errorf("after the load: %v, %v", notes, err)
	}
	if found, err := s.Tagged("x"); err != nil || len(found) != 1 {
		t.Errorf("index after the load: %v, %v", found, err)
	}
	if next := add(t, s, Note{}); next.ID != "2" {
		t.Errorf("next id: %s; expected 2", next.ID)
	}
}

func TestLoadMigrates(t *testing.T) {
	for _, tt := range []struct {
		name, dump, wantErr string
	}{
		{"one behind", `{"schema":2,"sequence":1,"notes":[{"id":"1","text":"a","tags":["t"]}]}`, ""},
		{"two behind", `{"schema":1,"sequence":1,"notes":[{"id":"1","text":"a #t"}]}`, "found 1"},
		{"newer", `{"schema":4,"sequence":1,"notes":[]}`, "found 4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, filepath.Join(t.TempDir(), "notes.db"), 3)
			err := s.Load(strings.NewReader(tt.dump))
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("got %v; expected an error with %q", err, tt.wantErr)
				}
				return
			}
			if found, _ := s.Tagged("t"); err != nil || len(found) != 1 {
				t.Fatalf("got %v, %v; expected the note in the index", found, err)
			}
		})
	}
}
