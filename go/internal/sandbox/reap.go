package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Reap ends what is left of a dead run's sandboxes and removes it. The caller has
// made sure that the run is dead. Its error names what could not be removed.
func Reap(ctx context.Context, run string) error {
	if !names.MatchString(run) {
		return fmt.Errorf("reap run %q: no id of a run", run)
	}
	var errs []error
	for _, dir := range groupsOf(run) {
		errs = append(errs, removeGroup(dir))
	}
	return errors.Join(append(errs, ctx.Err())...)
}

// groupsOf gives the folders of the control groups of a run's sandboxes.
func groupsOf(run string) (dirs []string) {
	for _, root := range cgroupMounts().roots() {
		found, _ := filepath.Glob(filepath.Join(root, groupPrefix+run+".*")) // run has no character that means something in a pattern
		for _, dir := range found {
			if !strings.Contains(strings.TrimPrefix(filepath.Base(dir), groupPrefix+run+"."), ".") { // else of a run whose id begins with this one's
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}

// killNamespace kills every process whose network namespace is ns, but for the
// holder, until there is none. The first process of the inner process namespace is
// among them, and with it the kernel ends everything below, faster than it can fork.
func killNamespace(ns string, holder int) error {
	deadline := time.Now().Add(dying)
	for {
		pids, err := inNamespace(ns, holder)
		if err != nil || len(pids) == 0 {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("end the sandbox: processes %s still run %s after SIGKILL", strings.Join(pids, ", "), dying)
		}
		for _, pid := range pids {
			kill(pid, func() bool { link, _ := os.Readlink("/proc/" + pid + "/ns/net"); return link == ns })
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func inNamespace(ns string, holder int) ([]string, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var pids []string
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == holder {
			continue
		}
		// Another user's, or gone: not ours.
		if link, err := os.Readlink("/proc/" + e.Name() + "/ns/net"); err == nil && link == ns {
			pids = append(pids, e.Name())
		}
	}
	return pids, nil
}

// kill sends SIGKILL to pid if ours still holds once the process can't be mistaken
// for a later one of the same number.
func kill(pid string, ours func() bool) {
	n, err := strconv.Atoi(pid)
	if err != nil {
		return
	}
	fd, err := unix.PidfdOpen(n, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	if ours() {
		_ = unix.PidfdSendSignal(fd, syscall.SIGKILL, nil, 0)
	}
}
