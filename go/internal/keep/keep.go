// Package keep lets an app stay deployed for a while after its run, for people who want
// to look into it (`cc-ci run --keep`, `cc-ci shell`).
//
// Contract: from the run to its keeper the locks never come free: they are handed over a
// socket, as the open files that they are. So a kept app is a living run's to every janitor,
// and is reaped like any other once the keeper is killed. The keeper is a supervised process
// of its own, which no closed terminal ends; when its time is over, at Max at the latest, or
// with SIGTERM, it removes all that belongs to the app. What is kept, and until when, says
// the file kept.json in the run's folder; it counts only while the run's lock is held.
//
// Limits: a kept app holds none of the machine's test slots. That nothing is left of it is
// known when the keeper ends, not when the run does; its log says so.
package keep

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/moby/sys/atomicwriter"

	"coopcloud.tech/cc-ci/internal/lock"
)

// Max is the longest that an app may be kept.
const Max = 12 * time.Hour

// File is the name of the file in a run's folder that tells of the kept app.
const File = "kept.json"

// App is one kept app.
type App struct {
	Run    string    `json:"run"` // the run's id
	Recipe string    `json:"recipe"`
	Domain string    `json:"domain"`
	Stack  string    `json:"stack"`
	Beside []string  `json:"beside,omitempty"` // stacks of the apps that it needs
	Until  time.Time `json:"until"`
}

// Write puts the file into the run's folder.
func (a App) Write(dir string) error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return atomicwriter.WriteFile(filepath.Join(dir, File), append(b, '\n'), 0o600)
}

// Read reads the file of the run's folder.
func Read(dir string) (a App, err error) {
	b, err := os.ReadFile(filepath.Join(dir, File))
	if err == nil {
		err = json.Unmarshal(b, &a)
	}
	if err != nil {
		return App{}, fmt.Errorf("kept app: %w", err)
	}
	return a, nil
}

// List gives the kept apps of the runs whose folders lie in dir, oldest first. lockOf is
// the name of a run's lock.
func List(dir string, locks lock.Folder, lockOf func(run string) string) ([]App, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*", File))
	if err != nil {
		return nil, err
	}
	slices.Sort(files) // run ids begin with their time
	var apps []App
	for _, f := range files {
		a, err := Read(filepath.Dir(f))
		if errors.Is(err, fs.ErrNotExist) {
			continue // its time was over just now
		}
		if err != nil {
			return nil, err
		}
		held, err := locks.Take(lockOf(a.Run))
		if errors.Is(err, lock.ErrHeld) {
			apps = append(apps, a)
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := held.Leave(); err != nil { // dead: the janitor's
			return nil, err
		}
	}
	return apps, nil
}

// Find gives the one app among apps that name means: a run's id or the beginning of one, a
// domain or the beginning of one. The error is for people.
func Find(apps []App, name string) (App, error) {
	var found []App
	for _, a := range apps {
		if a.Run == name || a.Domain == name {
			return a, nil
		}
		if strings.HasPrefix(a.Run, name) || strings.HasPrefix(a.Domain, name) {
			found = append(found, a)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	if len(apps) == 0 {
		return App{}, fmt.Errorf("no app is kept: `cc-ci run --keep 30m` keeps one")
	}
	var lines strings.Builder
	for _, a := range apps {
		fmt.Fprintf(&lines, "\n  %s  %s  until %s", a.Run, a.Domain, a.Until.Local().Format("15:04 MST"))
	}
	if len(found) > 1 {
		return App{}, fmt.Errorf("%d kept apps begin with %q; there are%s", len(found), name, &lines)
	}
	return App{}, fmt.Errorf("no kept app is called %q; there are%s", name, &lines)
}
