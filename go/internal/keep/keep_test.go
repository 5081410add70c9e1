package keep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/lock"
)

// A keeper is this program once more: it takes the locks, says so, and holds them until it is killed.
func TestMain(m *testing.M) {
	if os.Getenv(socket) == "" {
		os.Exit(m.Run())
	}
	held, err := Take(context.Background())
	fmt.Println(len(held), err)
	time.Sleep(time.Minute)
	os.Exit(1)
}

// From the one who gives to the one who takes, the locks are free at no time, and they
// are when that one is killed.
func TestHand(t *testing.T) {
	locks, err := lock.Open(filepath.Join(t.TempDir(), "l"), "swarm")
	if err != nil {
		t.Fatal(err)
	}
	var held []*lock.Lock
	for _, name := range []string{"run-1", "stack"} {
		l, err := locks.Take(name)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, l)
	}
	var keeper *exec.Cmd
	err = Hand(held, func(env string) error {
		keeper = exec.Command("/proc/self/exe")
		keeper.Env = []string{env}
		out, err := keeper.StdoutPipe()
		if err != nil {
			return err
		}
		if err := keeper.Start(); err != nil {
			return err
		}
		line := make([]byte, 64)
		n, err := out.Read(line)
		if said := strings.TrimSpace(string(line[:n])); said != "2 <nil>" {
			t.Errorf("the keeper said %q, %v", said, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"run-1", "stack"} {
		if _, err := locks.Take(name); !errors.Is(err, lock.ErrHeld) {
			t.Errorf("%s is free while the keeper lives: %v", name, err)
		}
	}
	keeper.Process.Kill()
	keeper.Wait()
	if l, err := locks.Take("stack"); err != nil {
		t.Errorf("held after the keeper was killed: %v", err)
	} else {
		l.Release()
	}
}

// Where no keeper starts, the locks stay where they are.
func TestHandToNobody(t *testing.T) {
	locks, err := lock.Open(filepath.Join(t.TempDir(), "l"), "swarm")
	if err != nil {
		t.Fatal(err)
	}
	l, err := locks.Take("stack")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	broken := errors.New("no systemd here")
	if err := Hand([]*lock.Lock{l}, func(string) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("want %v, got %v", broken, err)
	}
	if _, err := locks.Take("stack"); !errors.Is(err, lock.ErrHeld) {
		t.Errorf("it is free: %v", err)
	}
}

func TestListTellsTheLivingAlone(t *testing.T) {
	locks, err := lock.Open(filepath.Join(t.TempDir(), "l"), "swarm")
	if err != nil {
		t.Fatal(err)
	}
	runs := t.TempDir()
	for _, id := range []string{"20260101-a", "20260102-b"} {
		dir := filepath.Join(runs, id)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := (App{Run: id, Domain: "demo." + id}).Write(dir); err != nil {
			t.Fatal(err)
		}
	}
	l, err := locks.Take("run-20260102-b")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	apps, err := List(runs, locks, func(id string) string { return "run-" + id })
	if err != nil || len(apps) != 1 || apps[0].Run != "20260102-b" {
		t.Errorf("got %v, %v", apps, err)
	}
}

func TestFind(t *testing.T) {
	apps := []App{{Run: "20260101-a", Domain: "demo-pr0.ci"}, {Run: "20260102-b", Domain: "wiki-pr0.ci"}}
	for _, tt := range []struct {
		apps       []App
		name, want string // the run, or a part of the error
	}{
		{apps, "20260102-b", "20260102-b"},
		{apps, "20260101", "20260101-a"},
		{apps, "wiki", "20260102-b"},
		{apps, "2026", "2 kept apps begin with"},
		{apps, "nothing", "no kept app is called \"nothing\"; there are\n  20260101-a  demo-pr0.ci"},
		{nil, "demo", "no app is kept: `cc-ci run --keep 30m`"},
	} {
		got, err := Find(tt.apps, tt.name)
		if err == nil && got.Run != tt.want || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: want %q, got %q, %v", tt.name, tt.want, got.Run, err)
		}
	}
}
