//go:build live

package standin_test

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// override gives the app one more compose file, beside the clone as the driver lays it.
func (w *world) override(text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, "cc-ci", "override.yml")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
	w.set("COMPOSE_FILE=compose.yml:../../cc-ci/override.yml")
}

const healthy = `version: "3.8"
services:
  app:
    healthcheck: {test: ["CMD", "/app", "healthy"], interval: 500ms, timeout: 5s, retries: 2}
`

// TestWatchSucceeds shows that a deploy without -c ends when the service is healthy,
// and that the clone stays clean with an override outside of it.
func TestWatchSucceeds(t *testing.T) {
	w := newWorld(t, "")
	w.install()
	w.override(healthy)
	w.ok("app", "deploy", w.domain, "1.1.0+1", "-n", "-D")
	s := w.services()[w.stack+"_app"]
	if s.ServiceStatus.RunningTasks != 1 || s.Spec.TaskTemplate.ContainerSpec.Healthcheck == nil {
		t.Errorf("status %+v, want a running task with a health check", s.ServiceStatus)
	}
}

// TestWatchTimesOut shows that one that never gets healthy fails after the timeout
// label's seconds, that the stack stays, and that TYPE isn't written.
func TestWatchTimesOut(t *testing.T) {
	w := newWorld(t, "")
	w.install()
	w.set("TIMEOUT=4\nUNHEALTHY=1")
	w.override(healthy)
	before, start := w.typeLine(), time.Now()
	w.refused("deploy timed out", "app", "deploy", w.domain, "-n", "-C", "-D")
	if took := time.Since(start); took < 4*time.Second || took > time.Minute { // without the label: a minute, from the recipe, and what comes before
		t.Errorf("took %s, want some 4 s", took)
	}
	if len(w.services()) == 0 {
		t.Error("the stack is gone")
	}
	if got := w.typeLine(); got != before {
		t.Errorf("%s, want %s as before", got, before)
	}
}

// TestWatchRollback shows that a service that is rolled back is a failed deploy, and
// that the next good deploy isn't mistaken for one.
func TestWatchRollback(t *testing.T) {
	w := newWorld(t, "")
	w.install()
	w.override(healthy)
	w.ok("app", "deploy", w.domain, "-n", "-C", "-D")
	w.override(healthy + `    command: ["fail"]
    deploy:
      update_config: {failure_action: rollback, monitor: 1s, order: stop-first}
      rollback_config: {monitor: 1s}
`)
	w.refused("deploy failed", "app", "deploy", w.domain, "-n", "-C", "-D")
	w.override(healthy)
	w.ok("app", "deploy", w.domain, "-n", "-C", "-D")
}

// TestNames shows that names over 64 characters are refused before anything is made.
func TestNames(t *testing.T) {
	w := newWorld(t, "")
	long := strings.Repeat("x", 40)
	w.install()
	w.set("SECRET_PW_VERSION=" + long)
	w.refused("is > 64 chars", "app", "secret", "generate", w.domain, "--all", "-n")
	w.refused("is > 64 chars", "app", "deploy", w.domain, "-n", "-C", "-D", "-c")
	w.set("SECRET_PW_VERSION=v1")
	if err := os.WriteFile(filepath.Join(w.recipeDir(), "abra.sh"), []byte("export CONF_VERSION="+long+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	w.refused("config conf is > 64 chars", "app", "deploy", w.domain, "-n", "-C", "-D", "-c")
	if len(w.services()) != 0 {
		t.Error("services were made")
	}
}

// TestRunLogsBackup shows the rows that need a running container, with and without a
// terminal.
func TestRunLogsBackup(t *testing.T) {
	w := newWorld(t, "")
	w.install()
	w.refused("not deployed", "app", "ps", w.domain, "-m")
	w.ok("app", "deploy", w.domain, "-n", "-C", "-D")

	out := w.ok("app", "run", "-t", w.domain, "app", "--", "/app", "env")
	if !strings.Contains(out, "GREETING=hello\n") {
		t.Errorf("run printed %q", out)
	}
	w.refused("exit status 7", "app", "run", "-t", w.domain, "app", "--", "/app", "fail")
	w.refused("not a TTY", "app", "run", w.domain, "app", "--", "/app", "env")
	w.refused("_nope not found", "app", "run", "-t", w.domain, "nope", "--", "/app")

	// The machine's backup service is found by its label and asked on a terminal alone.
	w.refused("not a TTY", "app", "backup", "snapshots", w.domain)
	if out := w.onTerminal("app", "backup", "snapshots", w.domain); strings.Contains(out, "snapshot_id") {
		t.Errorf("an app that was never saved has snapshots: %q", out)
	}
	w.logsNeverEnd()
}

// onTerminal runs the stand-in with a terminal as its streams.
func (w *world) onTerminal(args ...string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := w.command(ctx, args...)
	terminal, err := pty.Start(cmd)
	if err != nil {
		w.t.Fatal(err)
	}
	defer terminal.Close()
	var out bytes.Buffer
	// A closed terminal reads as EIO; what counts is how the process ends.
	_, _ = out.ReadFrom(terminal)
	if err := cmd.Wait(); err != nil {
		w.t.Fatalf("abra %v: %v: %s", args, err, out.String())
	}
	return out.String()
}

func (w *world) logsNeverEnd() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := w.command(ctx, "app", "logs", w.domain, "app")
	out, err := cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	// The app says so once a second; what it had said before comes at once.
	lines, began, fresh := bufio.NewScanner(out), time.Now(), 0
	for fresh < 3 && lines.Scan() {
		if strings.Contains(lines.Text(), "still here") && time.Since(began) > 2*time.Second {
			fresh++
		}
	}
	if fresh < 3 {
		w.t.Errorf("logs ended by itself, or printed nothing for a minute: %d new lines", fresh)
	}
	_ = cmd.Process.Signal(os.Interrupt)
	if err := cmd.Wait(); err != nil {
		w.t.Errorf("logs ended with %v", err)
	}
}
