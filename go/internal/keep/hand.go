package keep

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"coopcloud.tech/cc-ci/internal/lock"
)

// socket is the variable that tells the keeper where its locks are handed over.
const socket = "CC_CI_KEEP_SOCKET"

// handLimit bounds either side of the handing over.
const handLimit = 30 * time.Second

// Hand gives the held locks to the process that start starts, which must call Take. start
// gets the variable for that process, and returns when the process is ready or can't be.
// Until it has returned nil the caller keeps the locks, and afterwards has them no more.
func Hand(held []*lock.Lock, start func(env string) error) error {
	address := &net.UnixAddr{Name: "@cc-ci-keep-" + rand.Text(), Net: "unix"}
	listener, err := net.ListenUnix("unix", address)
	if err != nil {
		return fmt.Errorf("hand the locks over: %w", err)
	}
	given := make(chan error, 1)
	go func() { given <- give(listener, held) }()
	err = start(socket + "=" + address.Name)
	listener.Close() // ends give where nobody came
	if err = errors.Join(err, <-given); err != nil {
		return err
	}
	for _, l := range held {
		err = errors.Join(err, l.Leave())
	}
	return err
}

// give waits for one process of this user and sends it the files.
func give(listener *net.UnixListener, held []*lock.Lock) error {
	conn, err := listener.AcceptUnix()
	if err != nil {
		return fmt.Errorf("hand the locks over: nobody came for them: %w", err)
	}
	defer conn.Close()
	if err := sameUser(conn); err != nil {
		return fmt.Errorf("hand the locks over: %w", err)
	}
	var fds []int
	for _, l := range held {
		fds = append(fds, l.FD())
	}
	_, _, err = conn.WriteMsgUnix([]byte{byte(len(fds))}, syscall.UnixRights(fds...), nil)
	return err
}

// sameUser looks that the other side is of this user: the socket's name is in an environment
// that root can read as well.
func sameUser(conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var cred *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) { cred, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	if int(cred.Uid) != os.Geteuid() {
		return fmt.Errorf("expected a process of user %d, found one of %d", os.Geteuid(), cred.Uid)
	}
	return nil
}

// Take receives the locks that Hand gives to this process.
func Take(ctx context.Context) ([]*lock.Lock, error) {
	ctx, cancel := context.WithTimeout(ctx, handLimit)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", os.Getenv(socket))
	if err != nil {
		return nil, fmt.Errorf("take the locks over: %w", err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(handLimit)); err != nil {
		return nil, err
	}
	count, oob := make([]byte, 1), make([]byte, syscall.CmsgSpace(64*4))
	_, n, _, _, err := conn.(*net.UnixConn).ReadMsgUnix(count, oob)
	if err != nil {
		return nil, fmt.Errorf("take the locks over: %w", err)
	}
	msgs, err := syscall.ParseSocketControlMessage(oob[:n])
	if err != nil || len(msgs) != 1 {
		return nil, fmt.Errorf("take the locks over: expected one message with files, found %d: %w", len(msgs), err)
	}
	fds, err := syscall.ParseUnixRights(&msgs[0])
	if err != nil || len(fds) != int(count[0]) {
		return nil, fmt.Errorf("take the locks over: expected %d files, found %d: %w", count[0], len(fds), err)
	}
	return locks(fds)
}

func locks(fds []int) (held []*lock.Lock, err error) {
	for _, fd := range fds {
		syscall.CloseOnExec(fd)
		l, err := lock.Of(fd)
		if err != nil {
			return nil, fmt.Errorf("take the locks over: %w", err)
		}
		held = append(held, l)
	}
	return held, nil
}
