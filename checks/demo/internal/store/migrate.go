package store

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"go.etcd.io/bbolt"
)

// migrations[n] brings a file from schema n-1 to n.
var migrations = map[int]func(*bbolt.Tx) error{
	2: tagsFromText,
	3: indexAll,
}

var hashtag = regexp.MustCompile(`#(\w+)`)

// prepare makes the buckets of a new file, or migrates an old one.
func (s *Store) prepare(tx *bbolt.Tx) error {
	meta, err := tx.CreateBucketIfNotExists(metaBucket)
	if err != nil {
		return err
	}
	for _, name := range [][]byte{noteBucket, indexBucket} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	if v := meta.Get(schemaKey); v != nil {
		have, err := strconv.Atoi(string(v))
		if err != nil {
			return fmt.Errorf("schema: expected a number, found %q", v)
		}
		return s.migrate(tx, have)
	}
	return setSchema(tx, s.schema)
}

func (s *Store) migrate(tx *bbolt.Tx, have int) error {
	switch {
	case have == s.schema:
		return nil
	case have > s.schema:
		return fmt.Errorf("schema: this version reads %d, found %d: start the newer version that wrote it", s.schema, have)
	case have < s.schema-1:
		return fmt.Errorf("schema: this version reads %d and migrates %d, found %d: start version %d once before", s.schema, s.schema-1, have, s.schema-1)
	}
	if err := migrations[s.schema](tx); err != nil {
		return fmt.Errorf("migrate from schema %d to %d: %w", have, s.schema, err)
	}
	return setSchema(tx, s.schema)
}

func setSchema(tx *bbolt.Tx, schema int) error {
	return tx.Bucket(metaBucket).Put(schemaKey, []byte(strconv.Itoa(schema)))
}

// tagsFromText gives each note the tags that version 1 could only write as words: #so.
func tagsFromText(tx *bbolt.Tx) error {
	notes, err := all(tx)
	if err != nil {
		return err
	}
	for _, n := range notes {
		for _, m := range hashtag.FindAllStringSubmatch(n.Text, -1) {
			if !slices.Contains(n.Tags, m[1]) {
				n.Tags = append(n.Tags, m[1])
			}
		}
		if err := put(tx, 2, n); err != nil {
			return err
		}
	}
	return nil
}

// indexAll builds the index of tags anew.
func indexAll(tx *bbolt.Tx) error {
	if err := tx.DeleteBucket(indexBucket); err != nil {
		return err
	}
	if _, err := tx.CreateBucket(indexBucket); err != nil {
		return err
	}
	notes, err := all(tx)
	if err != nil {
		return err
	}
	for _, n := range notes {
		if err := index(tx, n); err != nil {
			return err
		}
	}
	return nil
}

func index(tx *bbolt.Tx, n Note) error {
	for _, t := range n.Tags {
		if err := tx.Bucket(indexBucket).Put([]byte(t+"\x00"+n.ID), nil); err != nil {
			return err
		}
	}
	return nil
}

func unindex(tx *bbolt.Tx, n Note) error {
	for _, t := range n.Tags {
		if err := tx.Bucket(indexBucket).Delete([]byte(t + "\x00" + n.ID)); err != nil {
			return err
		}
	}
	return nil
}

// all reads the notes before any is written: bbolt forbids changes during ForEach.
func all(tx *bbolt.Tx) (notes []Note, err error) {
	err = tx.Bucket(noteBucket).ForEach(func(k, v []byte) error {
		n, err := decode(k, v)
		notes = append(notes, n)
		return err
	})
	return notes, err
}
