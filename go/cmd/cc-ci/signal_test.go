package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// The Go runtime ends a process that writes to a closed standard output with SIGPIPE,
// unless the signal is taken: the child does so and says how it went by its status.
func TestBrokenPipe(t *testing.T) {
	const child = "CC_CI_TEST_BROKEN_PIPE"
	if os.Getenv(child) != "" {
		_, stop := interruptible(context.Background())
		_, err := os.Stdout.WriteString("to nobody\n")
		stop()
		if !errors.Is(err, syscall.EPIPE) {
			os.Exit(9)
		}
		os.Exit(7)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	cmd := exec.Command(os.Args[0], "-test.run=^TestBrokenPipe$")
	cmd.Env = append(os.Environ(), child+"=1")
	cmd.Stdout = w
	if _ = cmd.Run(); cmd.ProcessState.ExitCode() != 7 {
		t.Errorf("expected the child to go on after a broken pipe (status 7), found %s", cmd.ProcessState)
	}
}

// timeout(1) signals its child and then the child's group: the second SIGTERM must not
// end a run before its teardown.
func TestSignalThatComesTwice(t *testing.T) {
	const child = "CC_CI_TEST_TWICE"
	if os.Getenv(child) != "" {
		sameSignal = time.Minute // however busy the machine is
		ctx, stop := interruptible(context.Background())
		os.Stdout.WriteString("ready\n")
		<-ctx.Done()
		os.Stdout.WriteString("first\n")
		_, _ = io.Copy(io.Discard, os.Stdin) // the teardown: until the second signal was sent,
		time.Sleep(100 * time.Millisecond)   // and for a handler that would end the process
		stop()
		os.Exit(7)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestSignalThatComesTwice$")
	cmd.Env = append(os.Environ(), child+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); { // after "ready", and again after "first"
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if lines.Text() == "first" {
			in.Close()
		}
	}
	if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 7 {
		t.Errorf("expected the child to finish its teardown (status 7), found %s", cmd.ProcessState)
	}
}
