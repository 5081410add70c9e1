//go:build forge && long

package forge

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// watchEngines looks at both engines twice a second; the function that it gives ends that and gives the hosts that had an app of a pull request.
func watchEngines(t *testing.T, hosts [2]host) func() map[int64][]string {
	t.Helper()
	done, seen := make(chan struct{}), make(chan map[int64][]string)
	go func() {
		found := map[int64][]string{}
		for {
			for _, h := range hosts {
				names, err := stacks(context.Background(), h.site.Docker)
				if err != nil {
					t.Error(err)
				}
				for _, name := range names {
					var n int64
					if _, err := fmt.Sscanf(name, "demo-pr%d-", &n); err == nil && !slices.Contains(found[n], h.name) {
						found[n] = append(found[n], h.name)
					}
				}
			}
			select {
			case <-done:
				seen <- found
				return
			case <-time.After(500 * time.Millisecond):
			}
		}
	}()
	return func() map[int64][]string { close(done); return <-seen }
}

// killAll ends every process of a host with SIGKILL, as the host's own end would: those with its site file in their environment, and what
// they started. It gives how many there were.
func killAll(t *testing.T, h host) (n int) {
	t.Helper()
	await(t, "end of the host's processes", 10*time.Second, func() error {
		found := processesOf(h)
		n += len(found)
		for _, pid := range found {
			if id, err := strconv.Atoi(pid); err == nil {
				_ = syscall.Kill(id, syscall.SIGKILL) // one that has ended by itself is none
			}
		}
		return none(found)
	})
	return n
}

func processesOf(h host) (found []string) {
	mark, children := "\x00CC_CI_SITE="+h.file+"\x00", map[string][]string{}
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range all {
		pid := filepath.Base(folder)
		if parent, err := parentOf(pid); err == nil { // else: it has ended
			children[parent] = append(children[parent], pid)
		}
		if env, _ := os.ReadFile(filepath.Join(folder, "environ")); strings.Contains("\x00"+string(env), mark) {
			found = append(found, pid)
		}
	}
	for i := 0; i < len(found); i++ {
		for _, child := range children[found[i]] {
			if !slices.Contains(found, child) {
				found = append(found, child)
			}
		}
	}
	return found
}
