package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/lib/pq" // the database's driver
)

// store keeps texts by kind and id. ErrNotExist where there is none.
type store interface {
	get(kind, id string) (string, error)
	put(kind, id, text string) error
	remove(kind, id string) error
	all(kind string) (map[string]string, error)
}

// openStore opens the database that the environment names, else the folder, else one that keeps nothing.
func openStore(ctx context.Context) (store, error) {
	if host := os.Getenv("DB_HOST"); host != "" {
		password, err := os.ReadFile(setting("DB_PASSWORD_FILE", "/run/secrets/db_password"))
		if err != nil {
			return nil, err
		}
		at := url.URL{
			Scheme: "postgres", Host: host, Path: setting("DB_NAME", "app"), RawQuery: "sslmode=disable&connect_timeout=5",
			User: url.UserPassword(setting("DB_USER", "app"), strings.TrimSpace(string(password))),
		}
		db, err := sql.Open("postgres", at.String())
		if err != nil {
			return nil, err
		}
		return &database{db: db}, waitFor(ctx, db)
	}
	return folder(setting("DATA", "/tmp/standin")), nil
}

// waitFor lets the database start: the stack's services begin in any order.
func waitFor(ctx context.Context, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		err := db.PingContext(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// database keeps each kind in a table of its own with the columns id and content.
type database struct{ db *sql.DB }

// table makes the kind's table where it isn't there. A restore may have replaced the whole database.
func (d *database) table(kind string) (string, error) {
	name := `"` + strings.ReplaceAll(kind, `"`, "") + `"`
	_, err := d.db.Exec("CREATE TABLE IF NOT EXISTS " + name + " (id text PRIMARY KEY, content text NOT NULL)")
	return name, err
}

func (d *database) get(kind, id string) (text string, err error) {
	table, err := d.table(kind)
	if err != nil {
		return "", err
	}
	err = d.db.QueryRow("SELECT content FROM "+table+" WHERE id = $1", id).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		err = fs.ErrNotExist
	}
	return text, err
}

func (d *database) put(kind, id, text string) error {
	table, err := d.table(kind)
	if err != nil {
		return err
	}
	_, err = d.db.Exec("INSERT INTO "+table+" VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET content = $2", id, text)
	return err
}

func (d *database) remove(kind, id string) error {
	table, err := d.table(kind)
	if err != nil {
		return err
	}
	_, err = d.db.Exec("DELETE FROM "+table+" WHERE id = $1", id)
	return err
}

func (d *database) all(kind string) (map[string]string, error) {
	table, err := d.table(kind)
	if err != nil {
		return nil, err
	}
	rows, err := d.db.Query("SELECT id, content FROM " + table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var id, text string
		if err := rows.Scan(&id, &text); err != nil {
			return nil, err
		}
		out[id] = text
	}
	return out, rows.Err()
}

// folder keeps each text in a file <kind>/<id>.
type folder string

func (f folder) path(kind, id string) string {
	return filepath.Join(string(f), kind, "_"+url.PathEscape(id))
}

func (f folder) get(kind, id string) (string, error) {
	b, err := os.ReadFile(f.path(kind, id))
	return string(b), err
}

// put writes beside the file and renames, so that a backup never sees half of one.
func (f folder) put(kind, id, text string) error {
	path := f.path(kind, id)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp := path + "." + token() + ".new"
	if err := os.WriteFile(tmp, []byte(text), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

func (f folder) remove(kind, id string) error { return os.Remove(f.path(kind, id)) }

func (f folder) all(kind string) (map[string]string, error) {
	entries, err := os.ReadDir(filepath.Join(string(f), kind))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	out := map[string]string{}
	for _, e := range entries {
		id, err := url.PathUnescape(strings.TrimPrefix(e.Name(), "_"))
		if err != nil || strings.HasSuffix(e.Name(), ".new") {
			continue
		}
		if out[id], err = f.get(kind, id); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// load and save keep a value as JSON.
func load[T any](s store, kind, id string) (v T, err error) {
	text, err := s.get(kind, id)
	if err == nil {
		err = json.Unmarshal([]byte(text), &v)
	}
	return v, err
}

func save(s store, kind, id string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.put(kind, id, string(b))
}

// token is a name that nobody can guess.
func token() string { return fmt.Sprintf("%.16s", rand.Text()) }
