package abra

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
)

// terminal runs abra on a pseudo-terminal of its own, for the verbs that ask for one,
// and gives what it showed: both streams in one, without carriage returns. The terminal is
// wide, so that no line is broken. Nothing is ever typed into it.
func (c CLI) terminal(ctx context.Context, limit time.Duration, args []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.Command(c.Path, args...)
	cmd.Env = c.environment()
	tty, err := pty.StartWithAttrs(cmd, &pty.Winsize{Rows: 24, Cols: 1000},
		&syscall.SysProcAttr{Setsid: true, Setctty: true, Pdeathsig: syscall.SIGKILL})
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrMissing, err)
	}
	// It leads a session, so its group is its own.
	stop := context.AfterFunc(ctx, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer stop()
	var shown bytes.Buffer
	out := tee(&shown, atWork(args, c.Log), new(sync.Mutex))
	// The read ends with EIO when the last process on the terminal is gone: that is no error.
	_, _ = io.Copy(out, tty)
	out.flush()
	err = errors.Join(cmd.Wait(), tty.Close())
	text := strings.ReplaceAll(shown.String(), "\r", "")
	var exit *exec.ExitError
	switch {
	case err == nil:
		return text, nil
	case ctx.Err() != nil:
		return text, fmt.Errorf("abra %s: stopped after %s: %w", strings.Join(args, " "), limit, ctx.Err())
	case errors.As(err, &exit):
		return text, &Error{args, exit.ExitCode(), text}
	}
	return text, fmt.Errorf("abra %s: %w", strings.Join(args, " "), err)
}
