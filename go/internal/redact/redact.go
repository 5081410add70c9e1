// Package redact keeps secrets out of everything that leaves the process (P4):
// logs, reports, pages, traces. A Masker knows the values; each stream that goes
// out is wrapped in a Writer, a finished string passes String, an evidence file
// passes File.
//
// A value is found in the forms in which programs print it: as it is, percent-
// encoded, JSON-, HTML- and shell-escaped, in hex, and inside base64 of something
// longer. It is found also where it is split over two writes. What is found is
// replaced by "[secret NAME]"; overlapping finds become one mask.
//
// The search samples 4-byte grams: the text is probed once every m-3 bytes, where
// m is the shortest pattern, so any occurrence covers a probe; a bitmap that fits
// the processor's first cache answers nearly every probe with no. A log pays about
// as much for masking as for being copied.
//
// Limits. Not found: base64 of base64 or wrapped at 76 columns, compressed data
// (but see maskZip), a value reversed or printed letter by letter, terminal colours in
// its middle. Values under MinLength bytes and dictionary words are refused, never
// skipped in silence: masking "admin" would shred a log and hide nothing.
package redact

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// MinLength is the length in bytes of the shortest value that can be masked.
const MinLength = 8

// What Add refuses. The caller decides whether that ends the run or is a notice.
var (
	ErrShort      = errors.New("too short to be masked")
	ErrDictionary = errors.New("a public or everyday word, masking it would hide nothing")
)

// Masker holds the secrets of one run and of its server. It is safe for
// concurrent use; a value added while a stream is open is masked from the next
// write on.
type Masker struct {
	index atomic.Pointer[index]

	mu      sync.Mutex // guards what follows; readers of index need no lock
	known   map[string]string
	public  []string
	refused []string
}

// New gives a Masker that knows no secret yet.
func New() *Masker {
	m := &Masker{known: map[string]string{}}
	m.index.Store(newIndex(nil))
	return m
}

// Public names strings that people are meant to see (the run's domain, the
// recipe's name): a value that is part of one of them is refused by Add.
func (m *Masker) Public(values ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.public = append(m.public, values...)
}

// Add registers one secret in all its forms. The name is shown in its place and
// isn't secret; bytes outside [A-Za-z0-9_.-] become "_", so a mask can't break the
// JSON or HTML around it. A value of several lines is masked line by line, since
// terminals and container logs change what stands between lines. Errors wrap
// ErrShort or ErrDictionary and name the secret, never its value.
func (m *Masker) Add(name, value string) error {
	name = cleanName(name)
	m.mu.Lock()
	defer m.mu.Unlock()
	lines, err := m.lines(value)
	if err != nil {
		m.refused = append(m.refused, fmt.Sprintf("secret %s: %v", name, err))
		return fmt.Errorf("mask secret %s: %w (give it at least %d random characters)", name, err, MinLength)
	}
	changed := false
	for _, form := range forms(value, lines) {
		if _, old := m.known[form]; !old {
			m.known[form], changed = name, true
		}
	}
	if changed {
		m.index.Store(newIndex(m.known))
	}
	return nil
}

// lines gives the lines of value that are masked.
func (m *Masker) lines(value string) ([]string, error) {
	lines := secretLines(value)
	if len(lines) == 0 {
		return nil, ErrShort
	}
	lines = slices.DeleteFunc(lines, func(line string) bool {
		return isDictionary(line) || slices.ContainsFunc(m.public, func(p string) bool { return strings.Contains(p, line) })
	})
	if len(lines) == 0 {
		return nil, ErrDictionary
	}
	return lines, nil
}

// Refused lists what Add refused, one sentence each, for the result's notices.
func (m *Masker) Refused() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.refused)
}

// Bytes masks a whole value. It gives b itself where nothing is to be masked. A
// secret that is cut off by the end of b is not recognised: mask before cutting.
func (m *Masker) Bytes(b []byte) []byte {
	x := m.index.Load()
	found := x.find(b, nil)
	if len(found) == 0 {
		return b
	}
	out, _ := x.render(make([]byte, 0, len(b)), b, found, edge{}, len(b))
	return out
}

// String is Bytes for text.
func (m *Masker) String(s string) string {
	x := m.index.Load()
	b := []byte(s)
	found := x.find(b, nil)
	if len(found) == 0 {
		return s
	}
	out, _ := x.render(make([]byte, 0, len(b)), b, found, edge{}, len(b))
	return string(out)
}

// Label is what stands in place of the named secret.
func Label(name string) string { return "[secret " + cleanName(name) + "]" }

func cleanName(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("_.-", r):
			return r
		}
		return '_'
	}, name)
	if clean == "" {
		return "unnamed"
	}
	return clean
}
