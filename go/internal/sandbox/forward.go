package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// maxConns bounds the connections that are open at a time; more wait in the
// listener's queue.
const maxConns = 256

// A forwarder passes TLS connections on to the router when they greet one of the
// run's hosts, and closes all others. It reads no further than the greeting.
type forwarder struct {
	listener net.Listener
	router   string
	hosts    map[string]bool
	ctx      context.Context
	cancel   context.CancelFunc
	slots    chan struct{}
	wg       sync.WaitGroup
}

func startForwarder(l net.Listener, router string, hosts []string) *forwarder {
	f := &forwarder{listener: l, router: router, hosts: map[string]bool{}, slots: make(chan struct{}, maxConns)}
	for _, h := range hosts {
		f.hosts[strings.ToLower(h)] = true
	}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	f.wg.Go(f.serve)
	return f
}

func (f *forwarder) serve() {
	for {
		select {
		case f.slots <- struct{}{}:
		case <-f.ctx.Done():
			return
		}
		c, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.wg.Go(func() {
			defer func() { <-f.slots }()
			f.pass(c)
		})
	}
}

func (f *forwarder) close() error {
	f.cancel()
	err := f.listener.Close()
	f.wg.Wait()
	return err
}

// pass forwards one connection until both sides are done.
func (f *forwarder) pass(in net.Conn) {
	defer in.Close()
	defer context.AfterFunc(f.ctx, func() { in.Close() })()
	_ = in.SetReadDeadline(time.Now().Add(10 * time.Second))
	name, greeting, err := readGreeting(in)
	if err != nil || !f.hosts[name] {
		return
	}
	_ = in.SetReadDeadline(time.Time{})
	address := cmp.Or(f.router, net.JoinHostPort(name, "443"))
	out, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(f.ctx, "tcp", address)
	if err != nil {
		return
	}
	defer out.Close()
	defer context.AfterFunc(f.ctx, func() { out.Close() })()
	if _, err := out.Write(greeting); err != nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		half(in, out)
	}()
	half(out, in)
	<-done
}

// half copies one direction and passes its end on.
func half(dst, src net.Conn) {
	_, _ = io.Copy(dst, src)
	if w, ok := dst.(interface{ CloseWrite() error }); ok {
		_ = w.CloseWrite()
	}
}

var errRead = errors.New("greeting read")

// readGreeting reads a TLS ClientHello and gives the host it names, in lower case,
// and all bytes read. crypto/tls does the parsing; its answer goes nowhere.
func readGreeting(c net.Conn) (name string, raw []byte, err error) {
	t := &tap{Conn: c}
	err = tls.Server(t, &tls.Config{GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		name = strings.ToLower(h.ServerName)
		return nil, errRead
	}}).Handshake()
	if !errors.Is(err, errRead) {
		return "", nil, fmt.Errorf("expected a TLS greeting: %w", err)
	}
	return name, t.read.Bytes(), nil
}

// tap keeps what is read and drops what is written.
type tap struct {
	net.Conn
	read bytes.Buffer
}

func (t *tap) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	t.read.Write(b[:n])
	return n, err
}

func (t *tap) Write(b []byte) (int, error) { return len(b), nil }
