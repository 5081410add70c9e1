package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// config is what the environment says.
type config struct {
	listen       string        // NOTES_LISTEN
	admin        string        // NOTES_ADMIN: unix socket of dump and load; the default has no file, only a name in the container's network
	data         string        // NOTES_DATA: folder of notes.db and uploads/
	user         string        // NOTES_USER
	passwordFile string        // NOTES_PASSWORD_FILE
	keyFile      string        // NOTES_SESSION_KEY_FILE; from version 3
	bannerFile   string        // NOTES_BANNER_FILE; need not exist
	delay        time.Duration // NOTES_DELAY_READY: how long to start, as a heavy app does
	schema       int           // the version's first number
}

func readConfig() (config, error) {
	c := config{
		listen:       env("NOTES_LISTEN", ":8080"),
		admin:        env("NOTES_ADMIN", "@notes-admin"),
		data:         env("NOTES_DATA", "/data"),
		user:         env("NOTES_USER", "admin"),
		passwordFile: env("NOTES_PASSWORD_FILE", "/run/secrets/admin_password"),
		keyFile:      env("NOTES_SESSION_KEY_FILE", "/run/secrets/session_key"),
		bannerFile:   env("NOTES_BANNER_FILE", "/etc/notes/banner.txt"),
	}
	var err error
	if c.delay, err = time.ParseDuration(env("NOTES_DELAY_READY", "0s")); err != nil {
		return config{}, fmt.Errorf("NOTES_DELAY_READY: %w", err)
	}
	major, _, _ := strings.Cut(version, ".")
	if c.schema, err = strconv.Atoi(major); err != nil || c.schema < 1 || c.schema > 3 {
		return config{}, fmt.Errorf("version: expected 1.x to 3.x, found %q: build with -ldflags '-X main.version=...'", version)
	}
	return c, nil
}

func env(name, otherwise string) string { return cmp.Or(os.Getenv(name), otherwise) }

// secret reads a file without the line's end that an editor may have left.
func secret(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("secret: %w", err)
	}
	if s := strings.TrimRight(string(b), "\r\n"); s != "" {
		return s, nil
	}
	return "", fmt.Errorf("secret %s: expected a value, found an empty file", path)
}

// sessionKey gives the key that signs sessions: before version 3 a new one at each start.
func (c config) sessionKey() ([]byte, error) {
	if c.schema < 3 {
		return []byte(rand.Text()), nil
	}
	s, err := secret(c.keyFile)
	return []byte(s), err
}

func (c config) banner() (string, error) {
	b, err := os.ReadFile(c.bannerFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(b)), err
}
