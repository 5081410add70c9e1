package supervise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const childMode = "CC_CI_TEST_CHILD"

// The kept process of a test is this test once more; it prints what the test asks about.
func TestMain(m *testing.M) {
	mode := os.Getenv(childMode)
	if mode == "" {
		os.Exit(m.Run())
	}
	pid := os.Getpid()
	session, _ := unix.Getsid(0)
	input, _ := io.ReadAll(os.Stdin)
	fmt.Printf("pid %d\nparent %d\nsession %d\ninput %q\nenv %q\n", pid, os.Getppid(), session, input, os.Environ())
	orphan := exec.Command("/bin/sh", "-c", "setsid sleep 60 </dev/null >/dev/null 2>&1 & echo orphan $!")
	orphan.Stdout = os.Stdout
	if err := orphan.Run(); err != nil {
		panic(err)
	}
	switch mode {
	case "deaf":
		signal.Ignore(syscall.SIGTERM)
	case "fails":
		os.Exit(7)
	}
	if mode != "silent" {
		if err := Ready(); err != nil {
			panic(err)
		}
		fmt.Println("told it")
	}
	if mode == "ends" {
		os.Exit(0)
	}
	time.Sleep(time.Minute)
}

// kept starts a child in a mode and gives what it printed, word by word.
func kept(t *testing.T, ctx context.Context, mode string, limits func(*Spec)) (map[string]string, error) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	spec := Spec{
		Name: "test", Argv: []string{exe}, Env: []string{childMode + "=" + mode}, Dir: "/", Log: filepath.Join(t.TempDir(), "log"),
		Ready: 20 * time.Second, Limit: time.Minute, Grace: 10 * time.Second,
	}
	limits(&spec)
	started := Subreaper{}.Start(ctx, spec)
	b, err := os.ReadFile(spec.Log)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for line := range strings.Lines(string(b)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		said[name] = value
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log:\n%s", b)
		}
	})
	if left := children(os.Getpid()); len(left) > 0 {
		t.Errorf("the starter has children left: %v", left)
	}
	return said, started
}

func number(t *testing.T, said map[string]string, name string) int {
	t.Helper()
	n, err := strconv.Atoi(said[name])
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// gone waits until the process has ended and was buried.
func gone(t *testing.T, pid int) {
	t.Helper()
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 1000)
		if err != nil && !errors.Is(err, unix.EINTR) {
			t.Fatal(err)
		}
		if n > 0 {
			return
		}
	}
	t.Errorf("process %d lives", pid)
}

func TestKept(t *testing.T) {
	t.Setenv("SECRET", "of the starter")
	said, err := kept(t, t.Context(), "waits", func(*Spec) {})
	if err != nil {
		t.Fatal(err)
	}
	pid, keeper := number(t, said, "pid"), number(t, said, "parent")
	if session := number(t, said, "session"); session != keeper || keeper == os.Getpid() {
		t.Errorf("session %d, parent %d: expected the keeper's session", session, keeper)
	}
	if said["input"] != `""` {
		t.Errorf("standard input: %s", said["input"])
	}
	if env := said["env"]; strings.Contains(env, "SECRET") || strings.Count(env, `"`) != 4 {
		t.Errorf("environment: expected the mode and the socket alone, found %s", env)
	}
	if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", keeper)); err != nil || len(b) > 0 {
		t.Errorf("the keeper's environment: %q, %v", b, err)
	}
	if err := syscall.Kill(keeper, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for _, p := range []int{pid, keeper, number(t, said, "orphan")} {
		gone(t, p)
	}
}

// Every row is a way in which a process ends; nothing of it is left.
func TestEnds(t *testing.T) {
	for _, c := range []struct {
		name, mode string
		limits     func(*Spec, time.Duration) // a second, or more where this machine takes more to start the process
		last       string                     // what the process says before what is tried may happen
		want       string                     // in the error; empty: started
	}{
		{"by itself", "ends", func(*Spec, time.Duration) {}, "told", ""},
		{"before it is ready", "fails", func(*Spec, time.Duration) {}, "orphan", "ended with status 7 before it was ready"},
		{"never ready", "silent", func(s *Spec, d time.Duration) { s.Ready = d }, "orphan", "ended with status 143"},
		{"its time is over", "waits", func(s *Spec, d time.Duration) { s.Limit = d }, "told", ""},
		{"deaf, and its time is over", "deaf", func(s *Spec, d time.Duration) { s.Limit, s.Grace = d, 100*time.Millisecond }, "told", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var said map[string]string
			var err error
			for limit := time.Second; limit < 20*time.Second && said[c.last] == ""; limit *= 2 {
				said, err = kept(t, t.Context(), c.mode, func(s *Spec) { c.limits(s, limit) })
			}
			if (err == nil) != (c.want == "") || err != nil && (!errors.Is(err, ErrNotStarted) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			for _, who := range []string{"pid", "parent", "orphan"} {
				gone(t, number(t, said, who))
			}
		})
	}
}

// The starter goes away while it waits for the word that never comes.
func TestStarterGoesAway(t *testing.T) {
	enough := errors.New("the starter had enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	said, err := kept(t, ctx, "silent", func(s *Spec) {
		s.Ready = time.Minute
		go func() {
			for range time.Tick(10 * time.Millisecond) {
				if b, _ := os.ReadFile(s.Log); strings.Contains(string(b), "\norphan ") || t.Context().Err() != nil {
					cancel(enough)
					return
				}
			}
		}()
	})
	if !errors.Is(err, ErrNotStarted) || !errors.Is(err, enough) {
		t.Errorf("got %v, want %v", err, enough)
	}
	for _, who := range []string{"pid", "parent", "orphan"} {
		gone(t, number(t, said, who))
	}
}

func TestKeeperKilled(t *testing.T) {
	said, err := kept(t, t.Context(), "waits", func(*Spec) {})
	if err != nil {
		t.Fatal(err)
	}
	orphan := number(t, said, "orphan") // nobody's now: it ends with its own time
	t.Cleanup(func() { _ = syscall.Kill(orphan, syscall.SIGKILL) })
	if err := syscall.Kill(number(t, said, "parent"), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	gone(t, number(t, said, "pid"))
}

func TestNoSuchProgram(t *testing.T) {
	_, err := kept(t, t.Context(), "", func(s *Spec) { s.Argv = []string{"/nowhere/cc-ci"} })
	if !errors.Is(err, ErrNotStarted) || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("got %v", err)
	}
}

// A name with every character that the kernel lets into /proc/<pid>/stat.
func TestParent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a) (b c")
	b, err := os.ReadFile("/bin/sleep")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	if parent, err := Parent(cmd.Process.Pid); err != nil || parent != os.Getpid() {
		t.Errorf("got %d, %v", parent, err)
	}
	if !slices.Contains(children(os.Getpid()), cmd.Process.Pid) {
		t.Error("not among the children")
	}
}
