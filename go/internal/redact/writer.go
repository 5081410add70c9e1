package redact

import (
	"errors"
	"io"
	"slices"
	"sync"
)

// partial is the length in bytes from which a secret that is cut off by the end of a
// stream is masked: shorter beginnings are as likely ordinary text.
const partial = 8

var errClosed = errors.New("write to a closed masking writer")

// Writer masks a stream. It holds back only the longest end of what was written
// that may be the beginning of a secret; a finished line is never held back. It is
// safe for concurrent use, so that an idle stream can be flushed from outside.
type Writer struct {
	m *Masker
	w io.Writer

	mu     sync.Mutex
	held   []byte // may be the beginning of a secret
	edge   edge   // how much of held is out already
	out    []byte // reused between writes, as is found
	found  []span
	closed bool
}

var _ io.WriteCloser = (*Writer)(nil)

// Writer wraps w. Streams don't share what they hold back: use one per stream.
func (m *Masker) Writer(w io.Writer) *Writer { return &Writer{m: m, w: w} }

// Write masks p and passes on what can be decided. The error is the underlying
// writer's; p counts as taken whole or not at all.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return 0, errClosed
	}
	x, b := w.m.index.Load(), p
	if len(w.held) > 0 {
		w.held = append(w.held, p...)
		b = w.held
	}
	w.found = x.find(b, w.found[:0])
	keep := x.tail(b)
	out := b[:keep]
	if len(w.found) > 0 || w.edge.done > 0 {
		w.out, w.edge = x.render(w.out[:0], b, w.found, w.edge, keep)
		out = w.out
	}
	err := w.pass(out)
	w.held = append(w.held[:0], b[keep:]...)
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush puts out what is held back, for a stream that is idle or at its end. The
// beginning of a secret is masked if it is at least 8 bytes long; what follows of
// that secret is still recognised, so a flush in the wrong moment shows 7 bytes at most.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flush()
}

func (w *Writer) flush() error {
	x, n := w.m.index.Load(), len(w.held)
	if n <= w.edge.done {
		return nil
	}
	w.found = x.find(w.held, w.found[:0])
	if p := x.begins(w.held); p >= 0 && n >= partial {
		w.found = append(w.found, span{0, n, p})
		slices.SortFunc(w.found, span.compare)
	}
	var e edge
	w.out, e = x.render(w.out[:0], w.held, w.found, w.edge, n)
	w.edge = edge{n + e.done, e.masked}
	return w.pass(w.out)
}

// Close flushes and ends the stream. It doesn't close the underlying writer.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	err := w.flush()
	w.closed, w.held = true, nil
	return err
}

func (w *Writer) pass(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	_, err := w.w.Write(b)
	return err
}
