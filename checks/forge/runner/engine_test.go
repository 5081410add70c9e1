package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/drone/drone-go/drone"
	"github.com/drone/runner-go/manifest"
	"github.com/drone/runner-go/pipeline/runtime"
	"github.com/drone/runner-go/secret"
)

// build compiles a pipeline as a build with these parameters, and sets its folder up.
func build(t *testing.T, yml string, params map[string]string) *spec {
	t.Helper()
	raw, err := manifest.ParseRawString(yml)
	if err != nil {
		t.Fatal(err)
	}
	p, ok, err := parse(raw[0])
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	s := compiler{root: t.TempDir(), extra: map[string]string{"EXTRA": "more"}}.Compile(context.Background(), runtime.CompilerArgs{
		Pipeline: p, Build: &drone.Build{Params: params, Event: "custom", Target: "main", After: "abc"}, Stage: &drone.Stage{},
		Repo: &drone.Repo{HTTPURL: "http://forge.test/o/r.git"}, System: &drone.System{},
		Secret: secret.Static([]*drone.Secret{{Name: "key", Data: "s3cret"}}),
	}).(*spec)
	if err := (processes{}).Setup(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestEnvironment: what a step gets, and that a build's parameters win over the runner's PATH, but not over HOME.
func TestEnvironment(t *testing.T) {
	s := build(t, "kind: pipeline\ntype: exec\nclone: { disable: true }\nsteps:\n- name: a\n  environment: { KEY: { from_secret: key } }\n  commands: [ 'echo \"$PATH $HOME $EXTRA $KEY\"' ]\n",
		map[string]string{"PATH": "/theirs", "HOME": "/theirs"})
	var out bytes.Buffer
	if state, err := (processes{}).Run(context.Background(), s, s.StepAt(0), &out); err != nil || state.ExitCode != 0 {
		t.Fatal(state, err)
	}
	if want := "/theirs " + s.home() + " more s3cret"; !strings.Contains(out.String(), want) {
		t.Errorf("expected %q, found %q", want, out.String())
	}
}

// TestSteps: the clone comes first, one after the other, with the policies of `when`.
func TestSteps(t *testing.T) {
	s := build(t, "kind: pipeline\ntype: exec\nsteps:\n- name: a\n- name: b\n  when: { status: [success, failure] }\n- name: c\n  when: { status: [failure] }\n- name: d\n  when: { event: [push] }\n", nil)
	want := []struct {
		name   string
		policy runtime.RunPolicy
	}{{"clone", runtime.RunAlways}, {"a", runtime.RunOnSuccess}, {"b", runtime.RunAlways}, {"c", runtime.RunOnFailure}, {"d", runtime.RunNever}}
	for i, w := range want {
		if got := s.StepAt(i); got.GetName() != w.name || got.GetRunPolicy() != w.policy || i > 0 && got.GetDependencies()[0] != want[i-1].name {
			t.Errorf("step %d: expected %v, found %s, %v after %v", i, w, got.GetName(), got.GetRunPolicy(), got.GetDependencies())
		}
	}
}

// TestCancel: the step's shell dies at once, and what it had started lives on.
func TestCancel(t *testing.T) {
	s := build(t, "kind: pipeline\ntype: exec\nclone: { disable: true }\nsteps:\n- name: a\n  commands: [ 'sleep 60 & echo child $! of $$', wait ]\n", nil)
	ctx, cancel := context.WithCancel(context.Background())
	out := &lines{said: make(chan struct{})}
	time.AfterFunc(30*time.Second, cancel)
	go func() { <-out.said; cancel() }()
	if _, err := (processes{}).Run(ctx, s, s.StepAt(0), out); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(out.String(), "\nchild ")
	f := strings.Fields(rest)
	if len(f) < 3 {
		t.Fatalf("found %q", out.String())
	}
	child, err := strconv.Atoi(f[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/proc/" + f[0] + "/exe"); err != nil {
		t.Errorf("expected the child to live: %v", err)
	}
	for range 1500 { // half a minute
		if _, err := os.Readlink("/proc/" + f[2] + "/exe"); err != nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if _, err := os.Readlink("/proc/" + f[2] + "/exe"); err == nil {
		t.Error("the shell lives")
	}
	if err := syscall.Kill(child, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
}

// lines tells once when a child was named.
type lines struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	said chan struct{}
	once sync.Once
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, err := l.buf.Write(p)
	if strings.Contains(l.buf.String(), "\nchild ") {
		l.once.Do(func() { close(l.said) })
	}
	return n, err
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
