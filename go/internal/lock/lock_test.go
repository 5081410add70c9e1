package lock

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

func folder(t *testing.T) Folder {
	t.Helper()
	f, err := Open(filepath.Join(t.TempDir(), "locks"), "swarm")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTakeIsExclusiveUntilRelease(t *testing.T) {
	f := folder(t)
	l, err := f.Take("a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Take("a"); !errors.Is(err, ErrHeld) {
		t.Fatalf("second take: want ErrHeld, got %v", err)
	}
	if err := l.Note("run 1"); err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if names, _ := f.Names(); len(names) != 0 {
		t.Fatalf("a released lock left %v", names)
	}
	if l, err = f.Take("a"); err != nil {
		t.Fatal(err)
	}
	l.Release()
}

// A holder that removes its file while another waits must not leave two holders.
func TestReleaseRacesWithTake(t *testing.T) {
	f := folder(t)
	var mu sync.Mutex
	holders := 0
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
				l, err := takeSpinning(ctx, f)
				cancel()
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if holders++; holders != 1 {
					t.Errorf("%d holders at once", holders)
				}
				mu.Unlock()
				mu.Lock()
				holders--
				mu.Unlock()
				l.Release()
			}
		})
	}
	wg.Wait()
}

func takeSpinning(ctx context.Context, f Folder) (*Lock, error) {
	for {
		l, err := f.Take("x")
		if !errors.Is(err, ErrHeld) || ctx.Err() != nil {
			return l, err
		}
	}
}

func TestUnreadableCountsAsLive(t *testing.T) {
	f := folder(t)
	path := filepath.Join(f.dir, "b.lock")
	if err := os.Symlink("/nowhere", path); err != nil {
		t.Fatal(err)
	}
	if l, err := f.Take("b"); err == nil {
		l.Release()
		t.Fatal("took a lock through a link")
	}
}

func TestFolderOfAStranger(t *testing.T) {
	root := filepath.Join(t.TempDir(), "locks")
	if err := os.Symlink(t.TempDir(), root); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(root, "swarm"); err == nil {
		t.Error("a link was taken for the folder of locks")
	}
	if os.Getuid() != 0 {
		t.Skip("needs root, to make a folder of another user")
	}
	root = filepath.Join(t.TempDir(), "locks")
	if err := os.Mkdir(root, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(root, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(root, "swarm"); err == nil {
		t.Error("a stranger's folder was taken for the folder of locks")
	}
}

func TestSlotsAreCounted(t *testing.T) {
	f := folder(t)
	a, err := f.Slot(t.Context(), 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := f.Slot(t.Context(), 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	told := false
	if _, err := f.Slot(ctx, 2, func() { told = true; cancel() }); !errors.Is(err, ErrHeld) || !told {
		t.Fatalf("third slot of two: want ErrHeld after being told, got %v, told %v", err, told)
	}
	a.Release()
	b.Release()
}

// A killed process frees its lock at once; a child that it left does not keep it.
func TestKilledHolderFreesTheLock(t *testing.T) {
	if dir := os.Getenv("LOCK_TEST_HOLD"); dir != "" {
		f := Folder{dir}
		if _, err := f.Take("k"); err != nil {
			t.Fatal(err)
		}
		exec.Command("sleep", "30").Start()
		os.Stdout.WriteString("held\n")
		select {}
	}
	f := folder(t)
	cmd := holder(f)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Take("k"); !errors.Is(err, ErrHeld) {
		t.Fatalf("while it lives: want ErrHeld, got %v", err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	l, err := f.Take("k")
	if err != nil {
		t.Fatalf("after the kill: %v", err)
	}
	l.Release()
}

// holder is a process that takes the lock "k" and keeps it until it is killed.
func holder(f Folder) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=TestKilledHolderFreesTheLock")
	cmd.Env = append(os.Environ(), "LOCK_TEST_HOLD="+f.dir)
	return cmd
}

// Two users who share an engine see each other's locks.
func TestAnotherUsersLock(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to start a process of another user")
	}
	root, err := os.MkdirTemp("/tmp", "lock-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(root)
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := Open(filepath.Join(root, "locks"), "swarm")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(root, "holder") // where the other user may run it
	b, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(program, b, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := holder(f)
	cmd.Path, cmd.Dir = program, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Take("k"); !errors.Is(err, ErrHeld) {
		t.Errorf("while the other user's process lives: want ErrHeld, got %v", err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	l, err := f.Take("k")
	if err != nil {
		t.Fatalf("after it was killed: %v", err)
	}
	l.Release()
}
