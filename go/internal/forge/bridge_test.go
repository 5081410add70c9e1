//go:build forge

package forge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/drone/drone-go/drone"

	"coopcloud.tech/cc-ci/internal/killpoint"
)

// bridge is one organisation's bridge over the lives of several processes.
type bridge struct {
	t       *testing.T
	state   string
	args    []string
	forge   *proxy
	drone   *proxy
	listen  string
	log     *watched
	process *exec.Cmd
	ended   chan struct{}
}

// hookSecret is that of the webhook.
const hookSecret = "a-webhook-secret-of-the-forge-tests"

// settings are what tests decide of their bridge.
type settings struct {
	project, recipes string        // default: trivial, recipes
	interval         time.Duration // default: a second
	more             []string
}

// newBridge makes one that doesn't run yet.
func newBridge(t *testing.T, s settings) *bridge {
	t.Helper()
	if s.project == "" {
		s.project, s.recipes = "trivial", "recipes"
	}
	if s.interval == 0 {
		s.interval = time.Second
	}
	b := &bridge{t: t, state: t.TempDir(), forge: newProxy(t, gitea), drone: newProxy(t, droneAt), listen: freePort(t), log: &watched{}}
	file := func(name, text string) string {
		path := filepath.Join(b.state, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	b.args = append([]string{
		"bridge", "--verbose", "--forge", b.forge.url, "--drone", b.drone.url, "--drone-pages", droneAt, "--clone", gitea + "/recipes/" + s.project + ".git",
		"--organisation", "recipes", "--bot", "ci-bot", "--project", "recipes/" + s.project, "--recipes", s.recipes,
		"--forge-token-file", filepath.Join(dir, "secrets/ci-bot-token"), "--drone-token-file", filepath.Join(dir, "secrets/drone-token"),
		"--key-file", file("key", strings.Repeat("k", 40)), "--webhook-secret-file", file("hook", hookSecret),
		"--state", filepath.Join(b.state, "bridge"), "--locks", filepath.Join(dir, "locks"), "--store", filepath.Join(dir, "trivial/results"),
		"--pages", "http://pages.test", "--listen", b.listen, "--interval", s.interval.String(), "--sweep", "0", "--slots", "2",
	}, s.more...)
	t.Cleanup(func() {
		b.kill(syscall.SIGTERM)
		if t.Failed() {
			t.Logf("the bridge's log:\n%s", tail(b.log.String(), 80))
		}
		for _, secret := range []string{read("secrets/ci-bot-token"), read("secrets/drone-token"), hookSecret, strings.Repeat("k", 40)} {
			if strings.Contains(b.log.String(), secret) {
				t.Errorf("the bridge's log holds a secret")
			}
		}
	})
	return b
}

// start starts a bridge and waits until it has looked once: what is commented from then on counts.
func start(t *testing.T, s settings) *bridge {
	t.Helper()
	b := newBridge(t, s)
	b.start("")
	await(t, "first look", patience, func() error {
		_, err := os.Stat(filepath.Join(b.state, "bridge/cursor.json"))
		return err
	})
	return b
}

// start starts a process, to be killed by itself at a named place, if any.
func (b *bridge) start(stopAt string) {
	b.t.Helper()
	b.process = exec.Command(ccci, b.args...)
	b.process.Env = append(os.Environ(), killpoint.Variable+"="+stopAt)
	b.process.Stderr = b.log
	if err := b.process.Start(); err != nil {
		b.t.Fatal(err)
	}
	ended := make(chan struct{})
	b.ended = ended
	go func(p *exec.Cmd) { _ = p.Wait(); close(ended) }(b.process) // its status is in its log
}

// kill ends the process, if one runs, and waits for its end.
func (b *bridge) kill(s syscall.Signal) {
	if b.process == nil {
		return
	}
	if err := b.process.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		b.t.Error(err)
	}
	select {
	case <-b.ended:
	case <-time.After(30 * time.Second):
		b.t.Error("the bridge did not end within 30 s")
		_ = b.process.Process.Kill()
		<-b.ended
	}
	b.process = nil
}

// died waits for the process to end by itself.
func (b *bridge) died(limit time.Duration) bool {
	select {
	case <-b.ended:
		b.process = nil
		return true
	case <-time.After(limit):
		return false
	}
}

// hook is a delivery to the bridge as Gitea's would be.
func (b *bridge) hook(ctx context.Context, body []byte, header map[string]string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+b.listen+"/hook", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func pageOf(n int) drone.ListOptions { return drone.ListOptions{Page: n, Size: 100} }

// tail gives the last n lines.
func tail(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > n {
		lines = append([]string{fmt.Sprintf("(%d lines before)", len(lines)-n)}, lines[len(lines)-n:]...)
	}
	return strings.Join(lines, "\n")
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
