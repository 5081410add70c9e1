//go:build live

package live

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// A kept app is there for who wants to look into it, is a living run's to every janitor,
// and is reaped like any other once its keeper is killed.
func TestKeep(t *testing.T) {
	m := alone(t)
	e := m.run("run", "--plan", demo, "--stage", "install", "--keep", "10m").want(t, 0)
	if !strings.Contains(e.stdout, "cc-ci shell "+e.result.ID) {
		t.Errorf("the last screen doesn't say how to look into it:\n%s", e.stdout)
	}
	if e := m.run("janitor").want(t, 0); strings.Contains(e.stdout, "reaped") || !strings.Contains(e.stdout, "live ") {
		t.Errorf("a janitor beside the keeper said:\n%s", e.stdout)
	}
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{e.result.ID, "app", "--", "/notes", "healthcheck"}, 0, ""},
		{[]string{"demo-pr", "--", "/notes", "no-such-command"}, 2, ""},
		{[]string{e.result.ID, "nobody", "--", "/notes"}, 3, `no service "nobody"`},
		{[]string{"hedgedoc"}, 2, "no kept app is called \"hedgedoc\"; there are\n  " + e.result.ID},
	} {
		out, code := m.shell(tt.args...)
		if code != tt.code && tt.says != "" || tt.code == 0 && code != 0 || tt.code != 0 && code == 0 || !strings.Contains(out, tt.says) {
			t.Errorf("shell %v: want %d and %q, got %d and %q", tt.args, tt.code, tt.says, code, out)
		}
	}
	m.onTerminal(e.result.ID)
	for _, pid := range running(t, func(argv []string) bool { return len(argv) > 2 && argv[1] == "keeper" && argv[2] == e.result.ID }) {
		kill(t, pid)
	}
	if e := m.run("janitor").want(t, 0); !strings.Contains(e.stdout, "reaped app ") {
		t.Errorf("the keeper was killed; the janitor said:\n%s", e.stdout)
	}
}

// Its time over, the keeper removes all by itself and says so.
func TestKeepEnds(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	e := m.run("run", "--plan", demo, "--stage", "install", "--keep", "1s").want(t, 0)
	log := filepath.Join(m.State, "runs", e.result.ID, "log", "keep")
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		b, _ := os.ReadFile(log)
		if strings.Contains(string(b), "removed; nothing is left") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the keeper never ended; its log: %q", b)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(m.State, "runs", "*", "[ks]*.json")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	for i := 0; len(running(t, func(argv []string) bool { return len(argv) > 2 && argv[1] == "keeper" && argv[2] == e.result.ID })) > 0; i++ {
		if i > 200 {
			t.Fatal("the keeper still runs")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// shell runs `cc-ci shell args...` and gives what it said on both streams.
func (m *machine) shell(args ...string) (string, int) {
	m.t.Helper()
	cmd := exec.Command(ccci, append([]string{"shell", "--site", m.file()}, args...)...)
	out, _ := cmd.CombinedOutput()
	return string(out), cmd.ProcessState.ExitCode()
}

// onTerminal looks that a person's terminal comes through as one: the container's command
// has one too, and what it prints ends its lines as a raw terminal needs it.
func (m *machine) onTerminal(run string) {
	m.t.Helper()
	cmd := exec.Command(ccci, "shell", "--site", m.file(), run, "--", "/notes", "no-such-command")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 132})
	if err != nil {
		m.t.Fatal(err)
	}
	defer tty.Close()
	var out bytes.Buffer
	_, _ = out.ReadFrom(tty) // ends with EIO
	_ = cmd.Wait()
	if cmd.ProcessState.ExitCode() == 0 || !strings.Contains(out.String(), "\r\n") {
		m.t.Errorf("on a terminal: %v, %q", cmd.ProcessState, &out)
	}
}

func kill(t *testing.T, pid string) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err == nil {
		err = syscall.Kill(n, syscall.SIGKILL)
	}
	if err != nil {
		t.Fatal(err)
	}
}
