// Package store keeps notes in one database file.
//
// The layout of the file has a number, the schema. A Store is opened for one
// schema; a file that is one behind is migrated, any other one is refused, so a
// release can be skipped neither upwards nor downwards (migrate.go). Dump and
// Load carry the content through a backup (dump.go).
//
// Limits: one process has the file at a time. Errors name the file or the note.
package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
)

// ErrNotFound is given for an id that no note has.
var ErrNotFound = errors.New("no such note")

var (
	metaBucket  = []byte("meta")
	noteBucket  = []byte("notes")
	indexBucket = []byte("tags") // "tag\x00id" -> nothing; from schema 3
	schemaKey   = []byte("schema")
)

// Note is one note. Tags are kept from schema 2 on.
type Note struct {
	ID   string   `json:"id"`
	Text string   `json:"text"`
	Tags []string `json:"tags,omitempty"`
}

// Store is an open database file.
type Store struct {
	db     *bbolt.DB
	schema int
}

// Open opens or makes the file at path for the given schema and migrates it
// where needed. It waits five seconds for another process to let go of the file.
func Open(path string, schema int) (*Store, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: 5 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	s := &Store{db: db, schema: schema}
	if err := db.Update(s.prepare); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return s, nil
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// Schema gives the schema in use.
func (s *Store) Schema() int { return s.schema }

// Add stores a new note and gives it with its id.
func (s *Store) Add(n Note) (Note, error) {
	err := s.db.Update(func(tx *bbolt.Tx) error {
		seq, err := tx.Bucket(noteBucket).NextSequence()
		if err != nil {
			return err
		}
		n.ID = strconv.FormatUint(seq, 10)
		return put(tx, s.schema, n)
	})
	return n, err
}

// Put replaces the note that has n's id.
func (s *Store) Put(n Note) error {
	return s.db.Update(func(tx *bbolt.Tx) error {
		old, err := get(tx, n.ID)
		if err != nil {
			return err
		}
		if s.schema >= 3 {
			if err := unindex(tx, old); err != nil {
				return err
			}
		}
		return put(tx, s.schema, n)
	})
}

// Get gives one note.
func (s *Store) Get(id string) (n Note, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		n, err = get(tx, id)
		return err
	})
	return n, err
}

// List gives all notes, the newest first.
func (s *Store) List() (notes []Note, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(noteBucket).ForEach(func(k, v []byte) error {
			n, err := decode(k, v)
			notes = append(notes, n)
			return err
		})
	})
	newestFirst(notes)
	return notes, err
}

// Tagged gives the notes that carry a tag, the newest first. It needs schema 3.
func (s *Store) Tagged(tag string) (notes []Note, err error) {
	prefix := []byte(tag + "\x00")
	err = s.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(indexBucket).Cursor()
		for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
			n, err := get(tx, string(k[len(prefix):]))
			if err != nil {
				return err
			}
			notes = append(notes, n)
		}
		return nil
	})
	newestFirst(notes)
	return notes, err
}

// put writes n as a file of the given schema has it.
func put(tx *bbolt.Tx, schema int, n Note) error {
	if schema < 2 {
		n.Tags = nil
	}
	b, err := json.Marshal(record{Text: n.Text, Tags: n.Tags})
	if err != nil {
		return err
	}
	if err := tx.Bucket(noteBucket).Put([]byte(n.ID), b); err != nil {
		return err
	}
	if schema < 3 {
		return nil
	}
	return index(tx, n)
}

// record is a note as it lies in the file: its id is the key.
type record struct {
	Text string   `json:"text"`
	Tags []string `json:"tags,omitempty"`
}

func get(tx *bbolt.Tx, id string) (Note, error) {
	v := tx.Bucket(noteBucket).Get([]byte(id))
	if v == nil {
		return Note{}, fmt.Errorf("note %q: %w", id, ErrNotFound)
	}
	return decode([]byte(id), v)
}

func decode(k, v []byte) (Note, error) {
	var r record
	if err := json.Unmarshal(v, &r); err != nil {
		return Note{}, fmt.Errorf("note %q: %w", k, err)
	}
	return Note{ID: string(k), Text: r.Text, Tags: r.Tags}, nil
}

func newestFirst(notes []Note) {
	number := func(n Note) int { i, _ := strconv.Atoi(n.ID); return i }
	slices.SortFunc(notes, func(a, b Note) int { return number(b) - number(a) })
}
