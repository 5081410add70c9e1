package store

import (
	"encoding/json"
	"fmt"
	"io"

	"go.etcd.io/bbolt"
)

// dump is a backup: everything that the file holds but what can be derived.
type dump struct {
	Schema   int    `json:"schema"`
	Sequence uint64 `json:"sequence"` // the last id given
	Notes    []Note `json:"notes"`
}

// Dump writes the content of one instant as JSON.
func (s *Store) Dump(w io.Writer) error {
	d := dump{Schema: s.schema, Notes: []Note{}}
	err := s.db.View(func(tx *bbolt.Tx) error {
		d.Sequence = tx.Bucket(noteBucket).Sequence()
		notes, err := all(tx)
		d.Notes = append(d.Notes, notes...)
		return err
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(d)
}

// Load replaces everything by what a Dump wrote, and migrates it where it is one
// schema behind. It is all or nothing: on an error the old content stays.
func (s *Store) Load(r io.Reader) error {
	var d dump
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return fmt.Errorf("read dump: %w", err)
	}
	return s.db.Update(func(tx *bbolt.Tx) error {
		if err := tx.DeleteBucket(noteBucket); err != nil {
			return err
		}
		notes, err := tx.CreateBucket(noteBucket)
		if err != nil {
			return err
		}
		if err := notes.SetSequence(d.Sequence); err != nil {
			return err
		}
		for _, n := range d.Notes {
			// Below 3, because the index is built at the end.
			if err := put(tx, min(d.Schema, 2), n); err != nil {
				return err
			}
		}
		if err := s.migrate(tx, d.Schema); err != nil {
			return err
		}
		return indexAll(tx)
	})
}
