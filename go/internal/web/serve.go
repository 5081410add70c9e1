package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// How long a client may take: to ask, to send an upload, to take a long log.
const (
	askLimit    = 10 * time.Second
	uploadLimit = 5 * time.Minute
	takeLimit   = 10 * time.Minute
	idleLimit   = 2 * time.Minute
	leaveLimit  = 5 * time.Second // for requests in flight when it ends
)

// Serve answers at l until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: askLimit, ReadTimeout: uploadLimit, WriteTimeout: takeLimit, IdleTimeout: idleLimit,
		MaxHeaderBytes: 32 << 10,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	leave, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveLimit)
	defer cancel()
	err := server.Shutdown(leave)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	<-ended
	return err
}
