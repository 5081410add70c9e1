package swarm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/swarm"
)

// ErrAway means that the engine was stopped, or stopped to answer, in the middle of something. It has taken
// down what it ran, so nothing that shows afterwards is a recipe's fault.
var ErrAway = errors.New("the engine went away in between")

// Presence tells whether the engine has been there all the time.
type Presence struct {
	engine *Engine
	stop   context.CancelFunc
	done   chan struct{}

	mu   sync.Mutex
	away time.Time // when it was missed last
}

// Attend begins to watch the engine, by a stream of events that ends with it, until Close.
func (e *Engine) Attend() *Presence {
	ctx, stop := context.WithCancel(context.Background())
	p := &Presence{engine: e, stop: stop, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		for ctx.Err() == nil {
			_, ended := e.api.Events(ctx, events.ListOptions{Filters: filters.NewArgs(filters.Arg("type", "daemon"))})
			if <-ended; ctx.Err() != nil {
				return
			}
			p.missed()
			_ = e.Return(ctx) // ends with ctx, or when there is something to watch again
		}
	}()
	return p
}

func (p *Presence) missed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = time.Now()
}

// Since is ErrAway where the engine has been missed after a moment, or doesn't answer now.
func (p *Presence) Since(ctx context.Context, moment time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if _, err := p.engine.api.Ping(ctx); err != nil {
		p.missed()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.away.After(moment) {
		return nil
	}
	return fmt.Errorf("%w, at %s", ErrAway, p.away.UTC().Format(time.TimeOnly))
}

// Close ends the watch.
func (p *Presence) Close() {
	p.stop()
	<-p.done
}

// Return waits until the engine answers and manages its swarm, which takes it some seconds after a
// start. It is there at once where it never was away.
func (e *Engine) Return(ctx context.Context) error {
	for {
		_, err := e.api.ServiceList(ctx, swarm.ServiceListOptions{})
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w and did not come back: %w", ErrAway, err)
		case <-time.After(200 * time.Millisecond): // nothing tells when an engine starts
		}
	}
}
