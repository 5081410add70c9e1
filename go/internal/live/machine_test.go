//go:build live

package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// What TestMain makes once.
var (
	ccci string // the built program
	root string // of the repository
	demo string // the demo's plan, rendered by Nix
)

// together is how many parallel tests run at a time: enough that the cores have work
// while others wait for the engine, few enough that no limit is reached. -parallel overrides it.
const together = "2"

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "cc-ci-live-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		if root, err = filepath.Abs("../../.."); err != nil {
			panic(err)
		}
		ccci = filepath.Join(dir, "cc-ci")
		must(exec.Command("go", "build", "-o", ccci, "coopcloud.tech/cc-ci/cmd/cc-ci"))
		demo = planOf("demo")
		if err := flag.Set("test.parallel", together); err != nil {
			panic(err)
		}
		must(exec.Command(ccci, "janitor")) // what tests that were stopped have left
		before, err := everything()
		if err != nil {
			panic(err)
		}
		code := m.Run()
		if left := difference(before); left != "" {
			fmt.Printf("after all tests the engine is not as before:\n%s\n", left)
			return 1
		}
		return code
	}())
}

// planOf lets Nix render a recipe's plan.
func planOf(recipe string) string {
	cmd := exec.Command("nix", "build", ".#plan-"+recipe, "--no-link", "--print-out-paths")
	cmd.Dir = root
	return strings.TrimSpace(must(cmd))
}

func must(cmd *exec.Cmd) string {
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		panic(fmt.Sprintf("%v: %v\n%s", cmd.Args, err, errs.String()))
	}
	return string(out)
}

// machine is the site of one test: the machine's own, with folders and names of the test's.
type machine struct {
	site.Site
	env   []string // more variables for the program
	t     *testing.T
	pr    int  // the pull request of its runs: in the name of all that they make; 0 as from a shell
	alone bool // no other machine runs anything

	generated string   // file with the secrets of its runs
	outs      []string // where its runs were told to leave something
	said      watched  // what all its programs printed
	progress  *watched // of the program that was started last
}

// lastPR begins elsewhere in each test program: a run that an earlier one started may still live.
var lastPR atomic.Int32

func init() { lastPR.Store(int32(os.Getpid()%90+10) * 100) }

// newMachine gives a test a machine of its own on the engine that all share. When
// the test ends, nothing that bears the machine's names may be left, and no secret of its runs
// may be in anything that they left or printed.
func newMachine(t *testing.T) *machine {
	t.Helper()
	s, err := site.Load("")
	if err != nil {
		t.Fatalf("%v; `make test` brings the machine up", err)
	}
	s.State = t.TempDir()
	s.MaxTests = 16 // every row has a slot: -parallel says how many run
	m := &machine{Site: s, t: t, pr: int(lastPR.Add(1))}
	e := m.engine() // as the test finds it: some point the machine elsewhere
	m.recordSecrets()
	t.Cleanup(func() {
		if t.Failed() {
			return
		}
		if left := m.leftOf(e); len(left) > 0 {
			t.Errorf("left:\n%s", strings.Join(left, "\n"))
		}
		m.noSecrets()
	})
	return m
}

// alone is newMachine for a test that has the engine to itself (it does not call
// t.Parallel): when it ends, the whole engine must be as before.
func alone(t *testing.T) *machine {
	t.Helper()
	m := newMachine(t)
	m.alone = true
	before, err := everything()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			return
		}
		if left := difference(before); left != "" {
			t.Error(left)
		}
	})
	return m
}

// engine connects to the machine's swarm for the test's life.
func (m *machine) engine() *swarm.Engine {
	m.t.Helper()
	e, err := swarm.Connect(context.Background(), m.Docker)
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { e.Close() })
	return e
}

// file writes the site for the program to read.
func (m *machine) file() string {
	m.t.Helper()
	b, err := json.Marshal(m.Site)
	if err != nil {
		m.t.Fatal(err)
	}
	path := filepath.Join(m.State, "site.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		m.t.Fatal(err)
	}
	return path
}

// ended is one finished program.
type ended struct {
	code           int
	stdout, stderr string
	result         result.Result // of the newest run
}

// start starts `cc-ci args...` on the machine; wait ends it within the limit.
func (m *machine) start(args ...string) (cmd *exec.Cmd, wait func() ended) {
	m.t.Helper()
	if args[0] == "run" && m.pr > 0 {
		args = append(args, "--pr", fmt.Sprint(m.pr))
	}
	for i, arg := range args[:len(args)-1] {
		if arg == "--out" || arg == "--junit" {
			m.outs = append(m.outs, args[i+1])
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	cmd = exec.CommandContext(ctx, ccci, append(args, "--site", m.file())...)
	cmd.Env = append(os.Environ(), m.env...)
	var out bytes.Buffer
	errs := &watched{}
	m.progress = errs
	cmd.Stdout, cmd.Stderr = &out, errs
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	return cmd, func() ended {
		defer cancel()
		err := cmd.Wait()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			m.t.Fatal(err)
		}
		e := ended{code: cmd.ProcessState.ExitCode(), stdout: out.String(), stderr: errs.String()}
		m.said.Write([]byte(e.stdout + e.stderr))
		e.result = m.newest()
		if !m.alone && strings.Contains(e.stderr, "removed what dead runs left") {
			m.t.Errorf("another test's run died:\n%s", e.stderr)
		}
		return e
	}
}

func (m *machine) run(args ...string) ended {
	m.t.Helper()
	_, wait := m.start(args...)
	return wait()
}

// newest reads the result of the run that was started last.
func (m *machine) newest() (r result.Result) {
	files, _ := filepath.Glob(filepath.Join(m.State, "runs", "*", "result.json"))
	if len(files) == 0 {
		return r
	}
	b, err := os.ReadFile(slices.Max(files))
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		m.t.Error(err)
	}
	return r
}

// want fails the test with all that the program said where its status differs.
func (e ended) want(t *testing.T, code int) ended {
	t.Helper()
	if e.code != code {
		t.Fatalf("exit status: want %d, got %d\nstdout:\n%s\nstderr:\n%s", code, e.code, e.stdout, e.stderr)
	}
	return e
}

// watched is a buffer that can be read while a program writes it.
type watched struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.Write(p)
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}

// waitFor waits until the program has said text.
func (m *machine) waitFor(text string) {
	m.t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !strings.Contains(m.progress.String(), text); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			m.t.Fatalf("the program never said %q:\n%s", text, m.progress.String())
		}
	}
}
