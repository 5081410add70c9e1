// Package supervise starts a process that outlives the one that starts it, and that
// somebody answers for: it is ended when its time is over, and nothing that it started
// outlives it. A followed run is kept so, because Drone's exec runner kills a step's
// shell alone and leaves what that started as orphans.
//
// There are two supervisors. Where systemd runs it is a transient unit in cc-ci.slice,
// so that a restart of Drone's runner doesn't end it. Elsewhere it is this program once
// more, as a child subreaper in a session of its own. Both keep the same contract:
//
//   - Start returns when the process has said that it is ready (Ready, which speaks
//     sd_notify), or with an error when it ended or did not say so in time.
//   - At Limit the process gets SIGTERM, after Grace SIGKILL, and with it everything
//     that it started. The same happens to what is left when it ends by itself.
//   - Its environment is Spec.Env alone, its standard input empty, its output in Spec.Log.
//   - Nothing of the environment is in a command line.
//
// The subreaper sends SIGTERM to the process where it is itself killed.
package supervise

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Spec is one process to keep.
type Spec struct {
	Name  string        // of the unit: small letters, digits, dots and dashes
	Argv  []string      // absolute program and arguments; everybody may read them
	Env   []string      // its whole environment, "NAME=value"
	Dir   string        // where it runs
	Log   string        // absolute path of the file that its output is appended to, mode 0600
	Ready time.Duration // how long it may take to say that it is ready
	Limit time.Duration // how long it may run
	Grace time.Duration // from SIGTERM to SIGKILL
}

// Supervisor starts processes.
type Supervisor interface {
	// Start gives ErrNotStarted where the process was not ready in time; it has been
	// ended then. What it said is in the log.
	Start(context.Context, Spec) error
	// Name is "systemd" or "subreaper", for people.
	Name() string
}

// ErrNotStarted means that the process ended, or was ended, before it was ready.
var ErrNotStarted = errors.New("did not start")

// Detect gives this machine's supervisor: systemd where it is the service manager and
// this user may start system units, else the subreaper.
func Detect() Supervisor {
	// The folder is what sd_booted(3) looks at.
	if info, err := os.Lstat("/run/systemd/system"); err == nil && info.IsDir() && os.Geteuid() == 0 {
		return Systemd{}
	}
	return Subreaper{}
}

var unitName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,99}$`)

func (s Spec) check() error {
	switch {
	case !unitName.MatchString(s.Name):
		return fmt.Errorf("supervise: name: expected small letters, digits, dots and dashes, found %q", s.Name)
	case len(s.Argv) == 0 || !filepath.IsAbs(s.Argv[0]):
		return fmt.Errorf("supervise %s: expected an absolute program, found %q", s.Name, s.Argv)
	case !filepath.IsAbs(s.Dir) || !filepath.IsAbs(s.Log):
		return fmt.Errorf("supervise %s: expected absolute paths, found folder %q, log %q", s.Name, s.Dir, s.Log)
	case s.Ready <= 0 || s.Limit <= 0 || s.Grace <= 0:
		return fmt.Errorf("supervise %s: expected limits above zero, found ready %s, whole %s, grace %s", s.Name, s.Ready, s.Limit, s.Grace)
	}
	return nil
}
