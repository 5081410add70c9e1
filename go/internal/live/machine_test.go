//go:build live

package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
		return m.Run()
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

// machine is the site of one test: the machine's own, with folders of the test's.
type machine struct {
	site.Site
	t        *testing.T
	progress *watched // of the program that was started last
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
	for deadline := time.Now().Add(time.Minute); !strings.Contains(m.progress.String(), text); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			m.t.Fatalf("the program never said %q:\n%s", text, m.progress.String())
		}
	}
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	s, err := site.Load("")
	if err != nil {
		t.Fatalf("%v; `make test` brings the machine up", err)
	}
	s.State = t.TempDir()
	s.MaxTests = 4
	return &machine{Site: s, t: t}
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
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	cmd = exec.CommandContext(ctx, ccci, append(args, "--site", m.file())...)
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
		e.result = m.newest()
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

// leavesNothing compares everything in the engine, and the machine's network
// interfaces and firewall, with what there was before, when the test ends.
func (m *machine) leavesNothing() {
	m.t.Helper()
	e := m.engine()
	before := everything(m.t, e)
	m.t.Cleanup(func() {
		if m.t.Failed() {
			return
		}
		var after []string
		for range 50 { // the engine frees its own interfaces a little after their container
			if after = everything(m.t, e); slices.Equal(before, after) {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		m.t.Errorf("before:\n%s\nafter:\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	})
}

func everything(t *testing.T, e *swarm.Engine) []string {
	objs, err := e.Objects(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	all := swarm.Strings(objs)
	for _, argv := range [][]string{{"ip", "netns"}, {"ip", "-br", "link"}, {"iptables-save"}} {
		out, err := exec.Command(argv[0], argv[1:]...).Output()
		if err != nil {
			t.Fatal(argv, err)
		}
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, "cc-ci") || strings.Contains(line, "ccci") {
				if argv[0] == "ip" {
					line = strings.Fields(line)[0] // a link's state and address come and go
				}
				all = append(all, strings.TrimSpace(line))
			}
		}
	}
	return all
}
