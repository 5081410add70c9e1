package supervise

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// endAll kills and buries what the process left, which a subreaper inherits. Each round
// may bring grandchildren up, so it goes on until there is no child.
func endAll(limit time.Duration) error {
	for deadline := time.Now().Add(limit); ; {
		for _, pid := range children(os.Getpid()) {
			_ = syscall.Kill(pid, syscall.SIGKILL) // a child of ours keeps its number until it is buried
		}
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		switch {
		case errors.Is(err, syscall.ECHILD):
			return nil
		case err != nil && !errors.Is(err, syscall.EINTR):
			return err
		case pid > 0:
			continue
		case time.Now().After(deadline):
			return fmt.Errorf("processes %v still run %s after SIGKILL", children(os.Getpid()), limit)
		}
		time.Sleep(5 * time.Millisecond) // a process in the kernel's hands has no event to wait on that WNOHANG doesn't give
	}
}

// children lists the processes whose parent is pid.
func children(pid int) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []int
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if parent, err := Parent(n); err == nil && parent == pid {
			found = append(found, n)
		}
	}
	return found
}

// Parent gives the number of a process's parent; 0 where it lies outside this namespace.
func Parent(pid int) (int, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// "pid (name) state ppid ...": the name may hold anything, also ") ".
	_, rest, ok := strings.Cut(string(b[strings.LastIndexByte(string(b), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 2 {
		return 0, fmt.Errorf("/proc/%d/stat: expected \"pid (name) state parent\", found %q", pid, b)
	}
	return strconv.Atoi(fields[1])
}
