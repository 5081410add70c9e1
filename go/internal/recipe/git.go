package recipe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// notFound is a shell's status where there is no such program.
const notFound = 127

// gitLimit bounds one git command whose context has no earlier deadline.
const gitLimit = 10 * time.Minute

// hardening turns off everything by which a repository or a user's configuration
// makes git run a program or reach a place that was not asked for.
var hardening = []string{
	"-c", "core.hooksPath=/dev/null",
	"-c", "core.fsmonitor=false",
	"-c", "core.symlinks=true",
	"-c", "core.autocrlf=false",
	"-c", "core.attributesFile=/dev/null",
	"-c", "credential.helper=",
	// A forge's redirect could lead to this machine's own services.
	"-c", "http.followRedirects=false",
	"-c", "submodule.recurse=false",
	"-c", "fetch.recurseSubmodules=false",
	"-c", "transfer.fsckObjects=true",
	// What is fetched comes as one file, whose size is bounded; large objects pass without being held in memory.
	"-c", "transfer.unpackLimit=1",
	"-c", "core.bigFileThreshold=16m",
	// Old histories carry file modes that fsck dislikes and that harm nobody.
	"-c", "fetch.fsck.zeroPaddedFilemode=ignore",
	"-c", "gc.auto=0",
	"-c", "maintenance.auto=false",
	"-c", "advice.detachedHead=false",
	"-c", "safe.directory=*",
}

// gitEnv is the whole environment of a git command: the user's own git settings,
// credentials and prompts are kept out, the ssh agent is kept.
func gitEnv() []string {
	env := []string{
		"LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_ASKPASS=false",
		"GIT_ALLOW_PROTOCOL=https:http:ssh:file",
		"GIT_LFS_SKIP_SMUDGE=1",
		"GIT_NO_LAZY_FETCH=1",
		"GIT_OPTIONAL_LOCKS=0",
		"GIT_SSH_COMMAND=ssh -oBatchMode=yes",
	}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// gitOut runs git in dir ("" for none) and gives its standard output. The error
// carries the command's first lines of complaint.
func gitOut(ctx context.Context, dir string, args ...string) ([]byte, error) {
	out := capped{limit: 64 << 20}
	err := gitTo(ctx, dir, &out, args...)
	return out.kept.Bytes(), err
}

var errCapped = errors.New("too much output")

// capped is a buffer that ends the command once a hostile repository makes it
// print more than limit bytes. What it keeps has a name, since io.Copy would use
// an embedded buffer's ReadFrom and pass Write by.
type capped struct {
	kept  bytes.Buffer
	limit int
	over  bool // more came than is kept
}

func (c *capped) Write(p []byte) (int, error) {
	if c.over = c.over || c.kept.Len()+len(p) > c.limit; c.over {
		return 0, errCapped // which closes the pipe that the command writes to
	}
	return c.kept.Write(p)
}

// gitTo is gitOut into a buffer of the caller's; errCapped where that has no room.
func gitTo(ctx context.Context, dir string, out *capped, args ...string) error {
	return gitWith(ctx, dir, nil, out, args...)
}

// gitWith is gitTo with more variables in git's environment.
func gitWith(ctx context.Context, dir string, env []string, out *capped, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, gitLimit)
	defer cancel()
	full := slices.Clone(hardening)
	if dir != "" {
		full = append(full, "-C", dir)
	}
	// A shell (/bin/sh is there where no PATH has one), because a limit must hold from the first instruction on: 512 bytes are its unit. Without
	// the signal git says what the matter is.
	full = append([]string{"-c", `trap '' XFSZ && ulimit -f "$0" && exec git "$@"`, strconv.Itoa(maxPack / 512)}, append(full, args...)...)
	cmd := exec.CommandContext(ctx, "/bin/sh", full...)
	cmd.Env = append(gitEnv(), env...)
	// git starts transport helpers of its own: a time-out must end the whole group.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	complaint := capped{limit: 1 << 20}
	cmd.Stdout, cmd.Stderr = out, &complaint
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if out.over {
		return fmt.Errorf("git %s: %w: expected at most %d bytes", args[0], errCapped, out.limit)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("git %s: %w", args[0], ctx.Err())
	}
	if cmd.ProcessState != nil && cmd.ProcessState.ExitCode() == notFound {
		return fmt.Errorf("git is not on PATH: install git: %w", err)
	}
	return blamePack(fmt.Errorf("git %s: %w: %s", args[0], err, firstLines(complaint.kept.String(), 3)))
}

func firstLines(s string, n int) string {
	lines := strings.SplitN(strings.TrimSpace(s), "\n", n+1)
	if len(lines) > n {
		lines = lines[:n]
	}
	return strings.Join(lines, "; ")
}
