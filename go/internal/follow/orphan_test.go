package follow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const followerOf = "CC_CI_TEST_FOLLOWER_OF"

// A follower whose ancestors a test kills is this test once more.
func TestMain(m *testing.M) {
	folder := os.Getenv(followerOf)
	if folder == "" {
		os.Exit(m.Run())
	}
	fmt.Printf("follower %d\n", os.Getpid())
	_, err := Run(context.Background(), folder, "install", io.Discard)
	fmt.Println(err)
}

// Whichever of a follower's ancestors is killed, as Drone does, it ends, and lets the lease go.
func TestAncestorKilled(t *testing.T) {
	for _, victim := range []string{"shell", "runner"} {
		t.Run(victim, func(t *testing.T) {
			folder := t.TempDir()
			tell(t, folder, green[:4]...)
			lease, ctx, err := Listen(t.Context(), folder, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			defer lease.Close(folder)
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			// The runner is a shell that lives on; the step's shell has two commands, so it doesn't exec the first.
			cmd := exec.Command("/bin/sh", "-c", `echo runner $$; sh -c 'echo shell $$; "$0"; true' "$0"; true`, exe)
			cmd.Env = append(os.Environ(), followerOf+"="+folder)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			said := map[string]int{}
			var name, number string
			for range 3 {
				if _, err := fmt.Fscanln(out, &name, &number); err != nil {
					t.Fatal(err)
				}
				said[name], _ = strconv.Atoi(number)
			}
			follower, err := unix.PidfdOpen(said["follower"], 0)
			if err != nil {
				t.Fatal(err)
			}
			defer unix.Close(follower)
			awaitFollowers(t, lease, 1)
			lease.mu.Lock()
			lease.limit = 100 * time.Millisecond // after the follower's end; until it came, a busy machine may need longer
			lease.mu.Unlock()
			if ctx.Err() != nil {
				t.Fatal(context.Cause(ctx))
			}
			if err := syscall.Kill(said[victim], syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			if !ends(follower, 20*time.Second) {
				t.Errorf("the follower lives 20 s after its %s was killed", victim)
			}
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Second):
				t.Error("the lease was not let go")
			}
			// Until the shell ends too; it may be that of a busy machine.
			if err := out.(*os.File).SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if rest, _ := io.ReadAll(out); !strings.Contains(string(rest), ErrOrphan.Error()) {
				t.Errorf("the follower said %q", rest)
			}
			_ = cmd.Wait()
		})
	}
}

// ends waits for the process behind a pidfd.
func ends(pidfd int, limit time.Duration) bool {
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}, int(time.Until(deadline).Milliseconds())+1)
		if n == 1 {
			return true
		}
		if err != nil && !errors.Is(err, unix.EINTR) {
			return false
		}
	}
	return false
}

// awaitFollowers waits until so many hold the lease.
func awaitFollowers(t *testing.T, l *Lease, want int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		l.mu.Lock()
		n := len(l.followers)
		l.mu.Unlock()
		if n == want {
			return
		}
	}
	t.Fatalf("never held by %d", want)
}
