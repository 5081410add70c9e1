// Package sandbox is the one way in which anything of a pull request runs outside
// its containers (P6): the pages it serves, in Chromium, and the tests that its
// repository brings.
//
// Contract. What runs inside has
//   - a uid of its own, no capability, no way to gain one;
//   - process, mount, IPC, host-name and control-group namespaces of its own: of
//     the host's files it sees /usr and its like, read-only, and what Options.Binds
//     names; its /tmp, /home and /dev/shm are empty and end with it;
//   - a network namespace of its own without any link to the host. Its only
//     destination is RouterAddr, a listening socket that this process holds inside
//     the namespace. What arrives there must be a TLS greeting that names one of
//     Options.Hosts; it is passed on to the router, everything else is closed;
//   - limits on memory and processes by a control group, or by resource limits
//     where none can be made, which Isolation says, and on time.
//
// Everything inside ends when the sandbox is closed and when the process that made
// it dies, however it dies: the process namespace goes as a whole. The host gets no
// interface, no firewall rule and no named namespace, so there is none to leak,
// to collide with another run's or to be undone by another firewall. After a
// SIGKILL an empty control group can be left; Reap is for the janitor.
//
// Limits. Hosts are told apart by the name in the TLS greeting. A program inside
// (not a page) can greet as one of the run's hosts and then ask, within HTTP, for
// another name of the same router: it gets what any stranger gets at the router's
// public address. User namespaces stay allowed inside, since Chromium builds its
// own sandbox from them.
package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Options say what a sandbox is for and what it may reach.
type Options struct {
	Run    string   // the run's id; names what the janitor may find: letters, digits, dot, dash, underscore
	Name   string   // tells the sandboxes of one run apart: "browser", "local"
	Dir    string   // an existing folder of the run; the sandbox's files lie in Dir/sandbox-Name until Close
	Router string   // host:port of the router; empty: each host's own address, port 443
	Hosts  []string // the run's hosts, in lower case
	Binds  []Bind   // further files of the host
	Env    []string // further variables inside, "NAME=value"; never a secret
	Limits Limits
}

// Bind shows a file or folder of the host inside.
type Bind struct {
	Host     string // absolute path on the host, symbolic links resolved
	Inside   string // absolute path inside; empty: the same
	Writable bool
}

// Limits bound what runs inside, all of it together. Zero means the default.
type Limits struct {
	Memory int64         // bytes, files in /tmp included; 2 GiB
	Pids   int           // processes and threads; 512
	Time   time.Duration // from New to the end of everything inside; one hour
}

func (l Limits) withDefaults() Limits {
	return Limits{cmp.Or(l.Memory, 2<<30), cmp.Or(l.Pids, 512), cmp.Or(l.Time, time.Hour)}
}

// ErrUnavailable is wrapped by New's errors where this machine can't make a
// sandbox: infrastructure, never the recipe.
var ErrUnavailable = errors.New("no sandbox on this machine")

// Sandbox is one place to run things in. Its methods may be called from any goroutine.
type Sandbox struct {
	opts    Options
	dir     string
	uid     int
	holder  *holder
	forward *forwarder
	group   *group // nil where none can be made
	why     string // why group is nil
	entry   string // the script that enters
	timer   *time.Timer

	mu     sync.Mutex
	ended  string // why everything inside was ended, if it was
	closed bool
}

var names = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// New makes a sandbox in which nothing runs yet. The caller closes it. Errors that
// wrap ErrUnavailable name what the machine lacks; there is no weaker fallback.
func New(ctx context.Context, o Options) (_ *Sandbox, err error) {
	if !names.MatchString(o.Run) || !names.MatchString(o.Name) || strings.Contains(o.Name, ".") {
		return nil, fmt.Errorf("sandbox %q of run %q: expected names of letters, digits, dash and underscore", o.Name, o.Run)
	}
	o.Limits = o.Limits.withDefaults()
	s := &Sandbox{opts: o, dir: filepath.Join(o.Dir, "sandbox-"+o.Name), uid: ownUID()}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("sandbox %s: %w", o.Name, err), s.Close())
		}
	}()
	tools, err := findTools()
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		return nil, err
	}
	if s.holder, err = startHolder(ctx, tools.ip); err != nil {
		return nil, err
	}
	s.forward = startForwarder(s.holder.listener, o.Router, o.Hosts)
	if s.group, err = makeGroup(cgroupMounts(), o.Run, o.Name, o.Limits); err != nil {
		s.why, err = err.Error(), nil
	}
	if s.entry, err = s.writeEntry(tools); err != nil {
		return nil, err
	}
	if err := s.probe(ctx); err != nil {
		return nil, err
	}
	s.timer = time.AfterFunc(o.Limits.Time, s.expire)
	return s, nil
}

// ownUID gives a uid that nothing else on the host has: it lies above every range
// that distributions and systemd hand out, and no other living process has our pid.
// An ordinary user can't change uids and gets 0: see Isolation.
func ownUID() int {
	if os.Geteuid() != 0 {
		return 0
	}
	return 2_100_000_000 + os.Getpid()
}

// probe runs the smallest thing there is, so that a machine without the needed
// namespaces is found out here and not in the middle of a stage.
func (s *Sandbox) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	out, err := s.Command(ctx, "/bin/sh", "-c", ":").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: entering it: %w: %s", ErrUnavailable, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// Command gives a command that runs argv inside, argv[0] being a path inside. It
// starts in /home with a clean environment; set more with env(1) in argv, never
// with a secret. When ctx ends, the command is killed, with all that it started.
func (s *Sandbox) Command(ctx context.Context, argv ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.entry, argv...)
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// Entry is the executable that runs its arguments inside, for programs that start
// the command themselves.
func (s *Sandbox) Entry() string { return s.entry }

// RouterAddr is the address inside at which the run's hosts are reached.
func (s *Sandbox) RouterAddr() string { return routerIP + ":443" }

// Hosts are the names that RouterAddr answers to.
func (s *Sandbox) Hosts() []string { return s.opts.Hosts }

// Tmp opens /tmp as the command with the given process id sees it, while it runs.
// Its files are hostile: the root refuses links that leave it; kinds, sizes and
// contents are the caller's to check. The caller closes it.
func (s *Sandbox) Tmp(pid int) (*os.Root, error) {
	pids, err := inNamespace(s.holder.netns, s.holder.pid())
	if err != nil {
		return nil, err
	}
	for _, p := range pids {
		// The command itself stays outside, as bubblewrap; its one child is inside.
		b, _ := os.ReadFile("/proc/" + p + "/status")
		if strings.Contains(string(b), fmt.Sprintf("\nPPid:\t%d\n", pid)) {
			return os.OpenRoot("/proc/" + p + "/root/tmp")
		}
	}
	return nil, fmt.Errorf("open /tmp of process %d in sandbox %s: it runs no longer", pid, s.opts.Name)
}

// Isolation says in one line what is in force; it belongs in the result's notices.
func (s *Sandbox) Isolation() string {
	uid := fmt.Sprintf("own uid %d", s.uid)
	if s.uid == 0 {
		uid = "the uid of the user who runs cc-ci (no root), in a user namespace"
	}
	limit := fmt.Sprintf("control group (memory %d MiB, %d processes)", s.opts.Limits.Memory>>20, s.opts.Limits.Pids)
	if s.group == nil {
		limit = fmt.Sprintf("resource limits per process instead of a control group (%s)", s.why)
	}
	return fmt.Sprintf("%s; own process, mount, network, IPC and host-name namespaces; %s; at most %s", uid, limit, s.opts.Limits.Time)
}

// Ended says why everything inside was last killed, or is empty.
func (s *Sandbox) Ended() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// Kill ends everything that runs inside, as a whole, and waits for it. The sandbox
// can be used again.
func (s *Sandbox) Kill(why string) error {
	s.mu.Lock()
	s.ended = why
	s.mu.Unlock()
	if s.holder == nil {
		return nil
	}
	return killNamespace(s.holder.netns, s.holder.pid())
}

// Clear ends what the last command left inside and waits until the kernel has let go of it, so that
// the next one has the limits to itself: a fork bomb's processes are counted a little longer than they live.
func (s *Sandbox) Clear() error {
	if err := killNamespace(s.holder.netns, s.holder.pid()); err != nil {
		return err
	}
	return s.group.empty()
}

// expire ends everything inside for good: without the script nothing enters again.
func (s *Sandbox) expire() {
	why := fmt.Sprintf("the sandbox's time limit of %s passed", s.opts.Limits.Time)
	if err := errors.Join(os.Remove(s.entry), s.Kill(why)); err != nil {
		s.mu.Lock()
		s.ended = why + ", but " + err.Error()
		s.mu.Unlock()
	}
}

// Close ends everything inside and removes every trace of the sandbox. Its error
// names what could not be removed. A second call does nothing.
func (s *Sandbox) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	errs := []error{s.Kill("the sandbox was closed")}
	if s.forward != nil {
		errs = append(errs, s.forward.close())
	}
	if s.holder != nil {
		errs = append(errs, s.holder.stop())
	}
	if s.group != nil {
		errs = append(errs, s.group.remove())
	}
	if s.opts.Dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}
