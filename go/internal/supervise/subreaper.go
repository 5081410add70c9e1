package supervise

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Subreaper keeps a process in a session of its own below this program once more,
// which adopts whatever of it loses its parent.
type Subreaper struct{}

var _ Supervisor = Subreaper{}

// The two lives of this program under other names: the first one starts the second and
// ends at once, so that the keeper is no child of whoever called Start and leaves it no
// zombie.
const (
	parentName = "cc-ci-supervise"
	keeperName = "cc-ci-supervisor"
)

// What the keeper says over the pair, once.
const saidReady = "ready"

func init() {
	if len(os.Args) != 2 || os.Args[0] != parentName && os.Args[0] != keeperName {
		return
	}
	life := bear
	if os.Args[0] == keeperName {
		life = keep
	}
	code, err := life()
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[0], err)
	}
	os.Exit(code)
}

// Name is for people.
func (Subreaper) Name() string { return "subreaper" }

// Start hands the spec to a keeper over a socket pair and waits for its word. Where ctx
// ends before that, the pair is closed, and the keeper ends the process.
func (Subreaper) Start(ctx context.Context, spec Spec) error {
	if err := spec.check(); err != nil {
		return err
	}
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("supervise %s: %w", spec.Name, err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "keeper"), os.NewFile(uintptr(fds[1]), "starter")
	defer ours.Close()
	err = begin(ctx, spec, theirs)
	theirs.Close()
	if err != nil {
		return fmt.Errorf("supervise %s: %w", spec.Name, err)
	}
	if err := json.NewEncoder(ours).Encode(spec); err != nil {
		return fmt.Errorf("supervise %s: %w", spec.Name, err)
	}
	if err := ours.SetReadDeadline(time.Now().Add(spec.Ready + spec.Grace + 10*time.Second)); err != nil {
		return fmt.Errorf("supervise %s: %w", spec.Name, err)
	}
	defer context.AfterFunc(ctx, func() { _ = ours.SetReadDeadline(time.Now()) })()
	said, err := io.ReadAll(ours)
	if string(said) == saidReady {
		return nil
	}
	return fmt.Errorf("supervise %s: %w: %w", spec.Name, ErrNotStarted, errors.Join(context.Cause(ctx), err, errors.New(strings.TrimSpace(string(said)))))
}

// begin runs the keeper's parent to its end.
func begin(ctx context.Context, spec Spec, pair *os.File) error {
	log, err := os.OpenFile(spec.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args = []string{parentName, spec.Name}
	cmd.Env = []string{} // nil would be all of ours
	cmd.Dir, cmd.Stdout, cmd.Stderr = "/", log, log
	cmd.ExtraFiles = []*os.File{pair}
	return cmd.Run()
}

// bear starts the keeper. Its pair is file 3.
func bear() (int, error) {
	_, err := os.StartProcess("/proc/self/exe", []string{keeperName, os.Args[1]}, &os.ProcAttr{
		Dir: "/", Env: []string{}, Files: []*os.File{os.Stdin, os.Stdout, os.Stderr, os.NewFile(3, "starter")},
		Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return 1, err
	}
	return 0, nil
}

func token() string { return rand.Text() }
