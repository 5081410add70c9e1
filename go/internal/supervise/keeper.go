package supervise

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A keeper is the subreaper: it starts the process, adopts its orphans, ends it in time.
type keeper struct {
	spec    Spec
	starter *os.File // closed once the starter knows how it went
	ready   <-chan struct{}
	gone    <-chan struct{} // the starter, while it is owed a word
	main    int             // pid
	status  syscall.WaitStatus
}

// keep is the keeper's whole life. Its pair is file 3.
func keep() (int, error) {
	runtime.LockOSThread() // the process's death signal hangs on the thread that started it
	syscall.Umask(0o077)
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return 1, fmt.Errorf("become a subreaper: %w", err)
	}
	syscall.CloseOnExec(3)
	if err := syscall.SetNonblock(3, true); err != nil { // or Close would wait for the read in awaitEnd
		return 1, err
	}
	k := keeper{starter: os.NewFile(3, "starter")}
	decoder := json.NewDecoder(k.starter)
	if err := decoder.Decode(&k.spec); err != nil {
		return 1, fmt.Errorf("read what to keep: %w", err)
	}
	socket, err := listen(token())
	if err != nil {
		return 1, err
	}
	defer socket.Close()
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	if err := k.begin(socket.LocalAddr().String()); err != nil {
		k.tell(err.Error())
		return 1, err
	}
	k.ready, k.gone = awaitReady(socket), awaitEnd(k.starter)
	k.watch(children, end)
	failed := endAll(10 * time.Second)
	return code(k.status), failed
}

func (k *keeper) begin(socket string) error {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	p, err := os.StartProcess(k.spec.Argv[0], k.spec.Argv, &os.ProcAttr{
		Dir: k.spec.Dir, Env: append(k.spec.Env, notifySocket+"="+socket), Files: []*os.File{null, os.Stdout, os.Stderr},
		Sys: &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM},
	})
	if err != nil {
		return err
	}
	k.main = p.Pid
	return nil
}

// watch returns when the process has ended.
func (k *keeper) watch(children, end <-chan os.Signal) {
	readyLimit, limit := time.NewTimer(k.spec.Ready), time.NewTimer(k.spec.Limit)
	defer readyLimit.Stop()
	defer limit.Stop()
	var grace <-chan time.Time
	term := func() {
		if grace == nil {
			_ = syscall.Kill(k.main, syscall.SIGTERM)
			grace = time.After(k.spec.Grace)
		}
	}
	for {
		select {
		case <-children:
			if k.reap() {
				k.tellEnd()
				return
			}
		case <-k.ready:
			k.ready = nil
			readyLimit.Stop()
			k.tell(saidReady)
		case <-k.gone:
			k.gone = nil
			term()
		case <-readyLimit.C:
			term()
		case <-limit.C:
			term()
		case <-end:
			term()
		case <-grace:
			_ = syscall.Kill(k.main, syscall.SIGKILL)
		}
	}
}

// tell gives the starter its word, once.
func (k *keeper) tell(word string) {
	if k.starter != nil {
		_, _ = io.WriteString(k.starter, word) // a starter that is gone need not know
		k.starter.Close()
		k.starter, k.gone = nil, nil
	}
}

// tellEnd is for a process that has ended. What it said before may still be on its way
// from the socket.
func (k *keeper) tellEnd() {
	if k.starter == nil {
		return
	}
	select {
	case <-k.ready:
		k.tell(saidReady)
	case <-time.After(100 * time.Millisecond):
		k.tell(fmt.Sprintf("ended with status %d before it was ready", code(k.status)))
	}
}

// reap buries every child that has ended and tells whether the process was among them.
func (k *keeper) reap() (ended bool) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return ended
		}
		if pid == k.main {
			k.status, ended = status, true
		}
	}
}

// awaitReady gives a channel that is closed with the first READY.
func awaitReady(socket *net.UnixConn) <-chan struct{} {
	c := make(chan struct{})
	go func() { // ends with the socket, or with this process
		b := make([]byte, 4096)
		for {
			n, err := socket.Read(b)
			if err != nil {
				return
			}
			if isReady(string(b[:n])) {
				close(c)
				return
			}
		}
	}()
	return c
}

// awaitEnd gives a channel that is closed when the other side of f is.
func awaitEnd(f *os.File) <-chan struct{} {
	c := make(chan struct{})
	go func() { // ends with f
		_, _ = io.Copy(io.Discard, f)
		close(c)
	}()
	return c
}

// code is a status as a shell tells it.
func code(s syscall.WaitStatus) int {
	if s.Signaled() {
		return 128 + int(s.Signal())
	}
	return s.ExitStatus()
}
