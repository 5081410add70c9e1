// Package abra drives the abra executable, and is the only package that builds its
// command lines (contract: docs/reference/abra-standin.md names every row).
//
// Contract: every call is non-interactive (-n), has its standard input closed, its two
// streams apart, a wall-clock limit, and a process group that is killed as a whole
// when the limit or the context ends. abra's text is passed on to the log and never
// asked for the truth; that comes from the engine. No secret stands in an argument.
package abra

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/registry"
	"coopcloud.tech/cc-ci/internal/result"
)

// ErrMissing means that the executable can't be started.
var ErrMissing = errors.New("abra can't be run")

// CLI is one abra with a private ABRA_DIR.
type CLI struct {
	Path   string // executable
	Dir    string // ABRA_DIR; the run's own
	Docker string // DOCKER_HOST of the local server
	Log    func(line string)
}

// Error is a command that ended with a status other than zero.
type Error struct {
	Args   []string
	Exit   int
	Stderr string // whole; of a verb on a terminal both streams
}

// Error says what was run and what abra said.
func (e *Error) Error() string {
	return fmt.Sprintf("abra %s: exit %d: %s", strings.Join(e.Args, " "), e.Exit, result.LastLine(e.Stderr))
}

var version = regexp.MustCompile(`(?i)^(.*?)\s*version\s+v?(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)`)

// Version gives the name that the executable calls itself and its version. The part
// behind the version may be missing (contract section 1).
func (c CLI) Version(ctx context.Context) (string, error) {
	out, err := c.run(ctx, 20*time.Second, "--version")
	if err != nil {
		return "", err
	}
	m := version.FindStringSubmatch(strings.TrimSpace(out))
	if m == nil {
		return "", fmt.Errorf("%s --version: expected \"abra version X.Y.Z\", found %q: %w", c.Path, result.LastLine(out), ErrMissing)
	}
	return m[1] + " " + m[2], nil
}

// run starts abra and gives its standard output; both streams go to the log line by line.
func (c CLI) run(ctx context.Context, limit time.Duration, args ...string) (string, error) {
	return c.start(ctx, limit, c.Log, args...)
}

// quiet is run for the commands whose standard output holds secret values: it is not logged.
func (c CLI) quiet(ctx context.Context, limit time.Duration, args ...string) (string, error) {
	return c.start(ctx, limit, nil, args...)
}

// atWork is log for the verbs that make or remove something outside: once abra has said its
// first line, it does.
func atWork(args []string, log func(string)) func(string) {
	working, ok := map[string]point.Point{
		"deploy": point.Deploying, "backup": point.BackingUp, "restore": point.Restoring, "undeploy": point.Undeploying,
	}[args[min(1, len(args)-1)]]
	if !ok || log == nil {
		return log
	}
	return func(line string) {
		log(line)
		working.Reached()
	}
}

func (c CLI) start(ctx context.Context, limit time.Duration, log func(string), args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Path, args...)
	cmd.Env = c.environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
	var out, errs bytes.Buffer
	var mu sync.Mutex
	outLog, errLog := tee(&out, atWork(args, log), &mu), tee(&errs, atWork(args, c.Log), &mu)
	cmd.Stdout, cmd.Stderr = outLog, errLog
	err := cmd.Run()
	outLog.flush()
	errLog.flush()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return out.String(), nil
	case ctx.Err() != nil:
		return out.String(), fmt.Errorf("abra %s: stopped after %s: %w", strings.Join(args, " "), limit, ctx.Err())
	case errors.As(err, &exit):
		return out.String(), &Error{args, exit.ExitCode(), errs.String()}
	}
	return "", fmt.Errorf("%w: %w", ErrMissing, err)
}

// environment is all that abra gets: nothing of the server's secrets but the path of an operator's registry credentials
// (contract section 7), which its HOME, the run's own folder, would hide.
func (c CLI) environment() []string {
	env := []string{"ABRA_DIR=" + c.Dir, "DOCKER_HOST=" + c.Docker, "HOME=" + c.Dir, "TERM=dumb", "NO_COLOR=1", "LC_ALL=C.UTF-8"}
	for _, name := range []string{"PATH", "CC_CI_STANDIN"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return append(env, registry.Environment()...)
}

// splitter keeps what is written (up to 8 MiB) and passes complete lines on.
type splitter struct {
	keep *bytes.Buffer
	rest []byte
	log  func(string)
	mu   *sync.Mutex
}

func tee(keep *bytes.Buffer, log func(string), mu *sync.Mutex) *splitter {
	return &splitter{keep: keep, log: log, mu: mu}
}

var _ io.Writer = (*splitter)(nil)

func (s *splitter) Write(p []byte) (int, error) {
	if s.keep.Len() < 8<<20 {
		s.keep.Write(p)
	}
	if s.log == nil {
		return len(p), nil
	}
	s.rest = append(s.rest, p...)
	for {
		line, rest, ok := bytes.Cut(s.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		s.pass(line)
		s.rest = rest
	}
}

func (s *splitter) flush() {
	if s.log != nil && len(s.rest) > 0 {
		s.pass(s.rest)
		s.rest = nil
	}
}

func (s *splitter) pass(line []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log(strings.TrimRight(string(line), "\r"))
}
