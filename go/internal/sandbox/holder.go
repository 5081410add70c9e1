package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// routerIP is the router's address inside: one that no network uses (RFC 5737), and
// not a loopback one, since browsers treat those specially.
const routerIP = "192.0.2.1"

// A holder is this program once more, under another name, alone in a new network
// namespace. It configures the namespace, opens the listening socket in it, hands
// that over and then keeps the namespace alive until its end of the pair is closed,
// which the kernel does when this process dies. A process of its own is needed
// because a running Go program can't enter a user namespace.
type holder struct {
	cmd      *exec.Cmd
	pair     *net.UnixConn
	listener net.Listener
	netns    string // "net:[4026532000]"
	out      *strings.Builder
}

const holderName = "cc-ci-sandbox-network"

func init() {
	if len(os.Args) == 2 && os.Args[0] == holderName {
		if err := hold(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

func startHolder(ctx context.Context, ip string) (_ *holder, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socket pair: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "holder"), os.NewFile(uintptr(fds[1]), "driver")
	defer theirs.Close()
	defer ours.Close()
	conn, err := net.FileConn(ours)
	if err != nil {
		return nil, fmt.Errorf("socket pair: %w", err)
	}
	h := &holder{pair: conn.(*net.UnixConn), out: new(strings.Builder)}
	h.cmd = &exec.Cmd{
		Path: "/proc/self/exe", Args: []string{holderName, ip}, Env: []string{"LANG=C.UTF-8"},
		ExtraFiles: []*os.File{theirs}, Stderr: h.out, SysProcAttr: holderAttr(),
	}
	if err := h.cmd.Start(); err != nil {
		h.pair.Close()
		return nil, fmt.Errorf("%w: a network namespace: %w (needs root, or user namespaces allowed to ordinary users)", ErrUnavailable, err)
	}
	theirs.Close()
	if err := h.receive(ctx); err != nil {
		stopped := h.stop()
		return nil, fmt.Errorf("%w: set up the network namespace: %w", ErrUnavailable, errors.Join(err, stopped, errors.New(strings.TrimSpace(h.out.String()))))
	}
	return h, nil
}

func holderAttr() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Setsid: true}
	if os.Geteuid() != 0 {
		a.Cloneflags |= syscall.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	return a
}

// receive waits for the listening socket.
func (h *holder) receive(ctx context.Context) error {
	deadline := time.Now().Add(30 * time.Second)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := h.pair.SetReadDeadline(deadline); err != nil {
		return err
	}
	b, oob := make([]byte, 1), make([]byte, syscall.CmsgSpace(4))
	_, n, _, _, err := h.pair.ReadMsgUnix(b, oob)
	if err != nil {
		return fmt.Errorf("wait for the listening socket: %w", err)
	}
	msgs, err := syscall.ParseSocketControlMessage(oob[:n])
	if err != nil || len(msgs) != 1 {
		return fmt.Errorf("wait for the listening socket: expected one message with it, found %d: %w", len(msgs), err)
	}
	fds, err := syscall.ParseUnixRights(&msgs[0])
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fds[0]), "router")
	defer f.Close()
	if h.listener, err = net.FileListener(f); err != nil {
		return err
	}
	h.netns, err = os.Readlink(fmt.Sprintf("/proc/%d/ns/net", h.pid()))
	return err
}

func (h *holder) pid() int { return h.cmd.Process.Pid }

// stop lets the namespace go. The listener is the forwarder's to close.
func (h *holder) stop() error {
	err := h.pair.Close()
	kill := time.AfterFunc(dying, func() { _ = h.cmd.Process.Kill() })
	defer kill.Stop()
	if werr := h.cmd.Wait(); werr != nil {
		err = errors.Join(err, fmt.Errorf("the network namespace's holder: %w", werr))
	}
	return err
}

// hold is what the holder does, inside. Its pair is file 3.
func hold(ip string) error {
	for _, name := range []string{"all", "default"} {
		err := os.WriteFile("/proc/sys/net/ipv6/conf/"+name+"/disable_ipv6", []byte("1"), 0o644)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("switch IPv6 off: %w", err)
		}
	}
	// Both ends of the pair stay in here. Without an interface beside loopback
	// Chromium believes that it is offline, and tells its pages.
	cmd := exec.Command(ip, "-batch", "-")
	cmd.Stdin = strings.NewReader("link set lo up\nlink add up0 type veth peer name up1\naddr add " + routerIP + "/32 dev up0\nlink set up0 up\nlink set up1 up\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", ip, err, out)
	}
	l, err := net.Listen("tcp4", routerIP+":443")
	if err != nil {
		return err
	}
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		return err
	}
	if err := syscall.Sendmsg(3, []byte{1}, syscall.UnixRights(int(f.Fd())), nil, 0); err != nil {
		return fmt.Errorf("hand the listening socket over: %w", err)
	}
	f.Close()
	l.Close()
	for {
		if _, err := syscall.Read(3, make([]byte, 1)); !errors.Is(err, syscall.EINTR) {
			return nil
		}
	}
}
