package abra

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// script stands for abra in the tests of this package alone: it shows how the
// adapter starts, stops and reads a program, not how abra behaves. That is proven by
// the live tests against the stand-in.
func script(t *testing.T, body string) CLI {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "abra")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o755); err != nil {
		t.Fatal(err)
	}
	return CLI{Path: path, Dir: dir, Docker: "unix:///nowhere"}
}

func TestVersion(t *testing.T) {
	for _, tt := range []struct{ prints, want string }{
		{"abra version 0.13.0-beta-06a57de", "abra 0.13.0-beta-06a57de"},
		{"abra version 0.11.0-beta-", "abra 0.11.0-beta-"},
		{"abra-standin version 0.11.0", "abra-standin 0.11.0"},
		{"hello", ""},
	} {
		t.Run(tt.prints, func(t *testing.T) {
			got, err := script(t, "echo '"+tt.prints+"'").Version(context.Background())
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("want %q, got %q, %v", tt.want, got, err)
			}
		})
	}
}

func TestFailureNamesTheCommandAndTheLastLine(t *testing.T) {
	c := script(t, "echo out; echo first >&2; echo 'FATA it is broken' >&2; exit 1")
	var log []string
	c.Log = func(l string) { log = append(log, l) }
	err := c.Deploy(context.Background(), "a.test")
	var e *Error
	if !errors.As(err, &e) || e.Exit != 1 || !strings.Contains(err.Error(), "app deploy a.test -n -C -D -c: exit 1: FATA it is broken") {
		t.Fatalf("got %v", err)
	}
	if len(log) != 3 {
		t.Errorf("log: want three lines, got %q", log)
	}
}

func TestMissingExecutable(t *testing.T) {
	_, err := CLI{Path: "/nowhere/abra", Dir: t.TempDir()}.Version(context.Background())
	if !errors.Is(err, ErrMissing) {
		t.Fatalf("want ErrMissing, got %v", err)
	}
}

// The whole process group ends with the limit, also a child that holds the pipe.
func TestLimitEndsTheGroup(t *testing.T) {
	c := script(t, "sleep 60 & sleep 60")
	start := time.Now()
	_, err := c.run(context.Background(), 100*time.Millisecond, "x")
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 10*time.Second {
		t.Fatalf("after %s: %v", time.Since(start), err)
	}
}

func TestServerAddTrustsTheFolder(t *testing.T) {
	c := script(t, `mkdir -p "$ABRA_DIR/servers/default"; exit 1`)
	if err := c.ServerAdd(context.Background()); err != nil {
		t.Errorf("the folder is there, want no error, got %v", err)
	}
	if err := script(t, "exit 1").ServerAdd(context.Background()); err == nil {
		t.Error("no folder: want an error")
	}
}

func TestSecretGenerate(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       map[string]string
	}{
		{"contract's keys", `echo '[{"name":"a","value":"1"},{"name":"b","value":"2"}]'`, map[string]string{"a": "1", "b": "2"}},
		{"other case", `echo '[{"Name":"a","VALUE":"1"}]'`, map[string]string{"a": "1"}},
		{"other keys", `echo '[{"secret":"a","data":"1"}]'`, map[string]string{}},
		{"a table", `echo '| a | 1 |'`, map[string]string{}},
		{"nothing left, exit 1", `echo WARN >&2; exit 1`, map[string]string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := script(t, tt.body)
			c.Log = func(l string) {
				if strings.Contains(l, "1") {
					t.Errorf("logged: %s", l)
				}
			}
			got, err := c.SecretGenerate(context.Background(), "a.test")
			if err != nil || !maps.Equal(got, tt.want) {
				t.Errorf("want %v, got %v, %v", tt.want, got, err)
			}
		})
	}
}

func TestSecretInsertGoesByFile(t *testing.T) {
	c := script(t, `echo "$@" >"$ABRA_DIR/args"; cat "$7" >"$ABRA_DIR/value"; stat -c %a "$7" >"$ABRA_DIR/mode"`)
	if err := c.SecretInsert(context.Background(), "a.test", "key", "v1", "hush"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"value": "hush", "mode": "600\n"} {
		if b, _ := os.ReadFile(filepath.Join(c.Dir, name)); string(b) != want {
			t.Errorf("%s: want %q, got %q", name, want, b)
		}
	}
	if b, _ := os.ReadFile(filepath.Join(c.Dir, "args")); strings.Contains(string(b), "hush") {
		t.Errorf("the value stands in the arguments: %s", b)
	}
	if left, _ := filepath.Glob(filepath.Join(c.Dir, ".secret-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// The environment is a fixed list: what else is set never reaches abra.
func TestEnvironmentIsClosed(t *testing.T) {
	t.Setenv("DRONE_RPC_SECRET", "hush")
	out, err := script(t, "env").run(context.Background(), short, "x")
	if err != nil || strings.Contains(out, "hush") || !strings.Contains(out, "ABRA_DIR=") {
		t.Errorf("environment: %v, %s", err, out)
	}
}

// Its HOME is the run's folder, so it is told where the credentials of who runs it lie.
func TestEnvironmentLeadsToTheCredentials(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("DOCKER_CONFIG", "")
	dir := filepath.Join(home, ".docker")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := script(t, "env").run(context.Background(), short, "x")
	if err != nil || !strings.Contains(out, "DOCKER_CONFIG="+dir+"\n") {
		t.Errorf("environment: %v, %s", err, out)
	}
}

// An abra whose generate knows no -C is asked again without it.
func TestSecretGenerateWithoutChaos(t *testing.T) {
	c := script(t, `case "$*" in *-C*) echo "unknown shorthand flag: 'C' in -C" >&2; exit 1;; esac; echo '[{"name":"a","value":"1"}]'`)
	got, err := c.SecretGenerate(context.Background(), "a.test")
	if err != nil || got["a"] != "1" {
		t.Errorf("got %v, %v", got, err)
	}
}
