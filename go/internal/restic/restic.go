// Package restic looks into the repository in which the server's backup service keeps the
// apps' snapshots, and forgets a run's: no abra verb does that. It runs the service's
// own restic in its container, whose environment names repository and password, so no
// secret passes through here.
//
// Contract: the service is found as abra finds it, by its label (abra contract, section
// 8), whatever it is called. A snapshot belongs to an app when a tag or a path of it
// names the app's stack. Limits: one backup service; restic must be on its PATH.
package restic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/swarm"
)

// label marks the backup service (abra contract, section 8).
const label = "coop-cloud.backupbot.enabled"

// ErrNone means that no backup service is deployed on this server.
var ErrNone = errors.New("no service on this server has the label " + label + "=true; deploy the recipe backup-bot-two")

// Engine runs a command in the container of the service with a label.
type Engine interface {
	ExecLabel(ctx context.Context, label, value string, c swarm.Command) (out swarm.Output, found bool, err error)
}

// Repository is the server's.
type Repository struct{ Engine Engine }

// Snapshot is one of any app.
type Snapshot struct {
	ID    string    `json:"id"`
	Time  time.Time `json:"time"`
	Tags  []string  `json:"tags"`
	Paths []string  `json:"paths"`
}

// String names the snapshot for people.
func (s Snapshot) String() string { return "snapshot " + s.ID[:min(8, len(s.ID))] }

// data is the folder in a volume's own, by the engine's choice: what lies in it is named by the app.
const data = "/_data/"

// Names gives all that the snapshot could be called after: its tags and the parts of its paths, but those that an app names.
func (s Snapshot) Names() []string {
	names := slices.Clone(s.Tags)
	for _, p := range s.Paths {
		p, _, _ = strings.Cut(path.Clean(p)+"/", data)
		names = append(names, strings.Split(strings.Trim(p, "/"), "/")...)
	}
	return names
}

// Of tells whether the snapshot belongs to a stack.
func (s Snapshot) Of(stack string) bool {
	return slices.ContainsFunc(s.Names(), func(name string) bool {
		name = strings.ReplaceAll(name, ".", "_")
		return name == stack || strings.HasPrefix(name, stack+"_")
	})
}

// File is an entry of a snapshot.
type File struct {
	Path string `json:"path"` // as the backup service saw it
	Type string `json:"type"` // "file", "dir", ...
	Size int64  `json:"size"` // bytes; 0 for a folder
}

// Present looks that there is a backup service with a restic; ErrNone where there is none.
func (r Repository) Present(ctx context.Context) error {
	_, err := r.run(ctx, "version")
	return err
}

// Snapshots lists all, of every app, oldest first. ErrNone where there is no backup service.
func (r Repository) Snapshots(ctx context.Context) ([]Snapshot, error) {
	out, err := r.run(ctx, "snapshots", "--json", "--no-lock")
	if err != nil {
		return nil, err
	}
	var all []Snapshot
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		return nil, fmt.Errorf("restic snapshots: %w", err)
	}
	return all, nil
}

// Files gives those of a snapshot's files that keep picks, in restic's order. A list of all is larger than what an engine's
// command keeps of its output, for an app with some ten thousand files already.
func (r Repository) Files(ctx context.Context, id string, keep func(File) bool) ([]File, error) {
	in, out := io.Pipe()
	var files []File
	read := make(chan error, 1)
	go func() {
		err := each(in, func(f File) {
			if f.Path != "" && f.Type != "" && keep(f) { // the first line is the snapshot itself
				files = append(files, f)
			}
		})
		in.CloseWithError(err) // a command that goes on ends with it
		read <- err
	}()
	_, err := r.exec(ctx, "ls", swarm.Command{Argv: restic("ls", "--json", "--no-lock", id), Stdout: out})
	out.CloseWithError(io.EOF)
	if err = errors.Join(err, <-read); err != nil {
		return nil, fmt.Errorf("list snapshot %s: %w", id, err)
	}
	return files, nil
}

// each reads one file a line.
func each(in io.Reader, visit func(File)) error {
	lines := json.NewDecoder(in)
	for {
		var f File
		if err := lines.Decode(&f); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		visit(f)
	}
}

// Tail gives the last 512 bytes of a file of a snapshot.
func (r Repository) Tail(ctx context.Context, id, file string) (string, error) {
	return r.exec(ctx, "dump", swarm.Command{Argv: []string{"sh", "-c", `restic --no-cache dump --no-lock "$1" "$2" | tail -c 512`, "sh", id, file}})
}

// stop kills each process of the service's container that has the variable $1.
const stop = `grep -lxzE "$1" /proc/[0-9]*/environ 2>/dev/null | while IFS=/ read -r _ _ pid _; do kill -9 "$pid"; done`

// Stop ends what the service still does for a stack. A command in it goes on when the abra
// that asked for it is gone, and would save one more snapshot after the last was forgotten.
// The variable by which abra names the app tells whose command it is (contract, section 8).
func (r Repository) Stop(ctx context.Context, stack string) error {
	variable := "SERVICE=" + strings.ReplaceAll(regexp.QuoteMeta(stack), "_", "[._]") // as a domain or as a stack
	_, err := r.exec(ctx, "stop", swarm.Command{Argv: []string{"sh", "-c", stop, "sh", variable}})
	if errors.Is(err, ErrNone) {
		return nil
	}
	return err
}

// Forget removes snapshots and the data that only they hold.
func (r Repository) Forget(ctx context.Context, snapshots []Snapshot) error {
	if len(snapshots) == 0 {
		return nil
	}
	args := []string{"forget", "--prune"}
	for _, s := range snapshots {
		args = append(args, s.ID)
	}
	_, err := r.run(ctx, args...)
	return err
}

func (r Repository) run(ctx context.Context, args ...string) (string, error) {
	return r.exec(ctx, args[0], swarm.Command{Argv: restic(args...)})
}

func restic(args ...string) []string { return append([]string{"restic", "--no-cache"}, args...) }

// exec waits for a lock that another backup holds until ctx ends. What a killed one has
// left is no lock to wait for: restic knows which of its container's processes live.
func (r Repository) exec(ctx context.Context, verb string, c swarm.Command) (string, error) {
	for {
		out, found, err := r.Engine.ExecLabel(ctx, label, "true", c)
		switch {
		case err != nil:
			return "", fmt.Errorf("restic %s: %w", verb, err)
		case !found:
			return "", ErrNone
		case out.Exit == 0:
			return out.Stdout, nil
		}
		err = fmt.Errorf("restic %s: exit %d: %s", verb, out.Exit, strings.TrimSpace(out.Stderr))
		if !strings.Contains(out.Stderr, "unable to create lock") {
			return "", err
		}
		if _, _, failed := r.Engine.ExecLabel(ctx, label, "true", swarm.Command{Argv: restic("unlock")}); failed != nil {
			return "", errors.Join(err, failed)
		}
		select {
		case <-ctx.Done():
			return "", errors.Join(err, ctx.Err())
		case <-time.After(300 * time.Millisecond):
		}
	}
}
