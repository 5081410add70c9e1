package follow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"coopcloud.tech/cc-ci/internal/lease"
)

// Lease is the run's side of the socket: as long as anybody has it open, the run is followed.
type Lease struct {
	listener net.Listener
	limit    time.Duration
	lost     context.CancelCauseFunc
	done     sync.WaitGroup

	mu        sync.Mutex
	followers map[net.Conn]bool
	alone     *time.Timer // runs while there is none
	closed    bool
}

// Listen opens the lease of the run in folder. The context that it gives ends when nobody
// has held the lease for limit, from now on.
func Listen(ctx context.Context, folder string, limit time.Duration) (*Lease, context.Context, error) {
	listener, err := lease.Listen(folder)
	if err != nil {
		return nil, nil, err
	}
	ctx, lost := context.WithCancelCause(ctx)
	l := &Lease{listener: listener, limit: limit, lost: lost, followers: map[net.Conn]bool{}}
	l.alone = time.AfterFunc(limit, l.expire)
	l.done.Go(l.accept)
	return l, ctx, nil
}

// expire is called by the timer.
func (l *Lease) expire() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.followers) == 0 && !l.closed {
		l.lost(fmt.Errorf("nobody has followed the run for %s: its build was cancelled, or its runner is gone", l.limit))
	}
}

func (l *Lease) accept() {
	for {
		conn, err := l.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of descriptors: followers wait in the queue
			time.Sleep(100 * time.Millisecond)
			continue
		}
		if l.enter(conn) {
			l.done.Go(func() {
				_, _ = io.Copy(io.Discard, conn) // until the follower closes it, or dies
				l.leave(conn)
			})
		}
	}
}

func (l *Lease) enter(conn net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		conn.Close()
		return false
	}
	l.followers[conn] = true
	l.alone.Stop()
	return true
}

func (l *Lease) leave(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	conn.Close()
	delete(l.followers, conn)
	if len(l.followers) == 0 && !l.closed {
		l.alone.Reset(l.limit)
	}
}

// Close tells all followers that the run is over.
func (l *Lease) Close(folder string) error {
	l.mu.Lock()
	l.closed = true
	l.alone.Stop()
	err := errors.Join(l.listener.Close(), lease.Remove(folder))
	for conn := range l.followers {
		conn.Close()
	}
	l.mu.Unlock()
	l.done.Wait()
	l.lost(nil)
	return err
}
