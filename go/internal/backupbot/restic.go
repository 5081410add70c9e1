package backupbot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"coopcloud.tech/cc-ci/internal/result"
)

// patience is how long a verb waits for another's lock on the repository.
const patience = 2 * time.Minute

// snapshot is one, as `restic snapshots --json` tells it.
type snapshot struct {
	ID    string `json:"id"`
	Short string `json:"short_id"`
	Time  string `json:"time"`
}

// of lists the app's snapshots, oldest first.
func (b Bot) of(ctx context.Context, stack string) ([]snapshot, error) {
	out, err := b.restic(ctx, "snapshots", "--json", "--no-lock", "--tag", stack)
	if err != nil {
		return nil, err
	}
	var all []snapshot
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		return nil, fmt.Errorf("restic snapshots: %w", err)
	}
	return all, nil
}

func (b Bot) initRepository(ctx context.Context) error {
	_, err := b.restic(ctx, "cat", "config", "--no-lock")
	if err == nil {
		return nil
	}
	_, err = b.restic(ctx, "init")
	return err
}

// restic runs one command and gives its standard output. A repository that another
// command has locked is tried again: restic 0.14 can't wait by itself.
func (b Bot) restic(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Minute)
	defer cancel()
	for end := time.Now().Add(patience); ; {
		out, err := b.once(ctx, args)
		if !errors.Is(err, errLocked) || time.Now().After(end) {
			return out, err
		}
		// What a killed command has left is no lock to wait for.
		if _, failed := b.once(ctx, []string{"unlock"}); failed != nil {
			return "", errors.Join(err, failed)
		}
		select {
		case <-ctx.Done():
			return "", errors.Join(err, ctx.Err())
		case <-time.After(500 * time.Millisecond):
		}
	}
}

func (b Bot) once(ctx context.Context, args []string) (string, error) {
	var out, errs bytes.Buffer
	// The repository is local: a cache would only be a second copy.
	cmd := exec.CommandContext(ctx, b.Restic, append([]string{"--no-cache", "-q"}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if err == nil {
		return out.String(), nil
	}
	// Said in the first of several lines; the last one is advice.
	if strings.Contains(errs.String(), "unable to create lock") {
		return "", fmt.Errorf("restic %s: %w: %w", args[0], errLocked, err)
	}
	return out.String(), fmt.Errorf("restic %s: %w: %s", args[0], err, telling(errs.String()))
}

// telling is the line of restic's complaints that says most: its last one may only count them.
func telling(text string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, unix.ELOOP.Error()) {
			return strings.TrimSpace(line)
		}
	}
	last := result.LastLine(text)
	if first, _, _ := strings.Cut(strings.TrimSpace(text), "\n"); first != last && counts.MatchString(last) {
		return fmt.Sprintf("%s (%s)", plain(first), last)
	}
	return last
}

// counts matches a last line that says only that there was something before it.
var counts = regexp.MustCompile(`^Fatal: There were |^Warning: at least one source file could not be read`)

// plain gives a complaint that restic made as JSON in the words that it has otherwise.
func plain(line string) string {
	var said struct {
		Type  string `json:"message_type"`
		Item  string `json:"item"`
		Error struct {
			Op  string
			Err unix.Errno
		} `json:"error"`
	}
	if err := json.Unmarshal([]byte(line), &said); err != nil || said.Type != "error" || said.Error.Err == 0 {
		return line
	}
	return fmt.Sprintf("%s %q: %v", said.Error.Op, said.Item, said.Error.Err) // quoted: an app names its files as it likes
}

var errLocked = errors.New("another command has locked the repository")

// short shows a path in a volume as people know it: "data: /uploads".
func (b Bot) short(p string) string {
	rel, err := filepath.Rel(b.Volumes, p)
	if err != nil {
		return p
	}
	volume, rest, _ := strings.Cut(rel, "/_data")
	return volume + ": /" + strings.TrimPrefix(rest, "/")
}
