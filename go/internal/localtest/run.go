package localtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/sandbox"
)

// The scripts begin inside by saying so on file 3: what never came there is the
// machine's fault. File 3 then brings pytest's report out; the tests themselves get
// it closed, and can forge their own report in any case.
const (
	runExecutable = `echo >&3; cd /tests && exec "$0" 3>&-`
	runPytest     = `echo >&3; cd /tests && python3 -m pytest -p no:cacheprovider --rootdir=/tests --color=no -ra ` +
		`-o junit_family=xunit2 --junitxml=/tmp/.cc-ci-junit.xml "$0" 3>&-; code=$?; cat /tmp/.cc-ci-junit.xml >&3 2>/dev/null; exit $code`
)

// ended is what became of one file.
type ended struct {
	code   int
	output []byte
	cut    bool // there was more output
	report []byte
	why    string // a limit that it ran into; empty where it ended by itself
	took   time.Duration
}

// Reasons to end a file.
var (
	errSlow  = errors.New("time")
	errForks = errors.New("processes")
	errGrown = errors.New("memory")
)

// run runs one file to its end, or ends it with everything that it started. Its error
// is the machine's, or the context's.
func (b *Box) run(ctx context.Context, f File) (ended, error) {
	if err := b.box.Clear(); err != nil {
		return ended{}, fmt.Errorf("run tests/%s: what ran before it: %w", f.Name, err)
	}
	script := runExecutable
	if f.Kind == Pytest {
		script = runPytest
	}
	limited, cancel := context.WithTimeoutCause(ctx, b.Limit, errSlow)
	defer cancel()
	limited, stop := context.WithCancelCause(limited)
	defer stop(nil)
	cmd := b.box.Command(limited, "/bin/sh", "-c", script, "./"+f.Name)
	out := &capped{max: min(maxOutput, maxKept-b.kept)}
	cmd.Stdout, cmd.Stderr = out, out
	started := time.Now()
	said, err := b.start(cmd, stop)
	b.kept += out.kept.Len()
	e := ended{code: -1, output: out.kept.Bytes(), cut: out.more, took: time.Since(started)}
	if cmd.ProcessState != nil {
		e.code = cmd.ProcessState.ExitCode()
	}
	if ctx.Err() != nil {
		return e, context.Cause(ctx)
	}
	if e.why = b.why(context.Cause(limited)); e.why != "" {
		return e, nil
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || len(said) == 0 {
		return e, fmt.Errorf("run tests/%s: it never began: %w: %s", f.Name, errors.Join(err, errors.New(b.box.Ended())), result.LastLine(out.kept.String()))
	}
	e.report = said[1:]
	return e, nil
}

// why says which limit was run into.
func (b *Box) why(cause error) string {
	switch {
	case errors.Is(cause, errSlow):
		return fmt.Sprintf("no end within %s", b.Limit)
	case errors.Is(cause, errForks):
		return fmt.Sprintf("more than %d processes", maxPids)
	case errors.Is(cause, errGrown):
		return fmt.Sprintf("more than %d MiB of memory", maxMemory>>20)
	}
	return ""
}

// start runs cmd to its end, while it looks at the sandbox's limits, and gives what came by file 3.
func (b *Box) start(cmd *exec.Cmd, stop context.CancelCauseFunc) ([]byte, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	cmd.ExtraFiles = []*os.File{w}
	before := b.box.Pressure()
	err = cmd.Start()
	w.Close()
	if err != nil {
		return nil, err
	}
	said := make(chan []byte)
	go func() {
		text, _ := io.ReadAll(io.LimitReader(r, maxReport+2)) // an error is a short report
		_, _ = io.Copy(io.Discard, r)                         // so that it isn't held up
		said <- text
	}()
	over, looked := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(looked)
		b.look(before, over, stop)
	}()
	err = cmd.Wait()
	close(over)
	<-looked
	_ = r.SetReadDeadline(time.Now().Add(5 * time.Second)) // everything inside is gone: what it said is there
	return <-said, err
}

// look ends the file once something inside was refused a process or killed for its
// memory, and looks a last time when the file has ended.
func (b *Box) look(before sandbox.Pressure, over <-chan struct{}, stop context.CancelCauseFunc) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for last := false; !last; {
		select {
		case <-tick.C:
		case <-over:
			last = true
		}
		switch now := b.box.Pressure(); {
		case now.Forks > before.Forks:
			stop(errForks)
			return
		case now.Kills > before.Kills:
			stop(errGrown)
			return
		}
	}
}

// capped keeps the beginning of what is written to it. The buffer has a name, since
// io.Copy would use an embedded one's ReadFrom and pass Write by.
type capped struct {
	kept bytes.Buffer
	max  int
	more bool
}

func (c *capped) Write(p []byte) (int, error) {
	room := c.max - c.kept.Len()
	if len(p) > room {
		c.more = true
	}
	c.kept.Write(p[:min(len(p), room)])
	return len(p), nil
}
