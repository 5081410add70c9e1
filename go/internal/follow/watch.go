package follow

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"coopcloud.tech/cc-ci/internal/event"
	"coopcloud.tech/cc-ci/internal/lease"
	"coopcloud.tech/cc-ci/internal/supervise"
)

// watch waits for everything that concerns a follower.
type watch struct {
	ctx       context.Context
	file      *os.File // the run's events
	lines     *bufio.Reader
	half      []byte // the beginning of a line that is being written
	lease     *os.File
	changes   int   // inotify
	ancestors []int // pidfds
	wake      *os.File
	cancel    func() bool
}

// newWatch looks at its ancestors first: whoever sees the lease taken may kill one of them. It
// takes the lease before it looks at anything of the run: one that is alive then stays so.
func newWatch(ctx context.Context, folder string) (_ *watch, err error) {
	w := &watch{ctx: ctx, changes: -1}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if w.ancestors, err = ancestors(); err != nil {
		return nil, err
	}
	if conn, err := lease.Dial(folder); err == nil {
		w.lease, err = conn.File()
		conn.Close()
		if err != nil {
			return nil, fmt.Errorf("lease: %w", err)
		}
	}
	path := filepath.Join(folder, Events)
	if w.file, err = os.Open(path); errors.Is(err, fs.ErrNotExist) {
		w.file, err = os.Open(os.DevNull) // it ended before it began to tell
	}
	if err != nil {
		return nil, err
	}
	w.lines = bufio.NewReader(w.file)
	if w.changes, err = unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK); err != nil {
		return nil, fmt.Errorf("inotify: %w", err)
	}
	if _, err := unix.InotifyAddWatch(w.changes, w.file.Name(), unix.IN_MODIFY); err != nil {
		return nil, fmt.Errorf("inotify: %w", err)
	}
	r, p, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	w.wake = r
	w.cancel = context.AfterFunc(ctx, func() { p.Close() })
	return w, nil
}

func (w *watch) close() {
	if w.cancel != nil {
		w.cancel()
	}
	for _, f := range []*os.File{w.file, w.lease, w.wake} {
		if f != nil {
			f.Close()
		}
	}
	for _, fd := range append(w.ancestors, w.changes) {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// events gives what was written since the last time. Only whole lines count.
func (w *watch) events(tell func(event.Event)) error {
	for {
		b, err := w.lines.ReadBytes('\n')
		w.half = append(w.half, b...)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var e event.Event
		if err := json.Unmarshal(w.half, &e); err != nil {
			return fmt.Errorf("%s: %w", w.file.Name(), err)
		}
		w.half = w.half[:0]
		tell(e)
	}
}

// runGone tells whether the run has let the lease go, or never had one to give.
func (w *watch) runGone() bool {
	if w.lease == nil {
		return true
	}
	return readable(int(w.lease.Fd()))
}

// wait returns when there is something to look at.
func (w *watch) wait() error {
	fds := []unix.PollFd{{Fd: int32(w.lease.Fd())}, {Fd: int32(w.changes)}, {Fd: int32(w.wake.Fd())}}
	for _, a := range w.ancestors {
		fds = append(fds, unix.PollFd{Fd: int32(a)})
	}
	for i := range fds {
		fds[i].Events = unix.POLLIN
	}
	if _, err := unix.Poll(fds, -1); err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("poll: %w", err)
	}
	for _, a := range fds[3:] {
		if a.Revents != 0 {
			return ErrOrphan
		}
	}
	if err := w.ctx.Err(); err != nil {
		return context.Cause(w.ctx)
	}
	if fds[1].Revents != 0 {
		drain(w.changes)
	}
	return nil
}

// ancestors opens the parent, the step's shell, and its parent, Drone's runner. Process 1
// as parent means that the shell died before this program began.
func ancestors() ([]int, error) {
	parent := os.Getppid()
	if parent <= 1 {
		return nil, ErrOrphan
	}
	shell, err := unix.PidfdOpen(parent, 0)
	if err != nil {
		return nil, fmt.Errorf("the shell that wants to know: %w: %w", ErrOrphan, err)
	}
	// What is read about a number counts only while it is still ours.
	grandparent, err := supervise.Parent(parent)
	if err != nil || os.Getppid() != parent {
		unix.Close(shell)
		return nil, ErrOrphan
	}
	if grandparent <= 1 {
		return []int{shell}, nil
	}
	runner, err := unix.PidfdOpen(grandparent, 0)
	if err != nil {
		unix.Close(shell)
		return nil, fmt.Errorf("the runner of the shell: %w: %w", ErrOrphan, err)
	}
	if again, err := supervise.Parent(parent); err != nil || again != grandparent {
		unix.Close(shell)
		unix.Close(runner)
		return nil, ErrOrphan
	}
	return []int{shell, runner}, nil
}

func readable(fd int) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0
}

func drain(fd int) {
	b := make([]byte, 4096)
	for {
		if n, err := unix.Read(fd, b); n <= 0 || err != nil {
			return
		}
	}
}
