package report

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// screen is as much of a terminal as this package may use: text, line ends, cursor up,
// erasing and colours. Anything else fails the test.
type screen struct {
	t      *testing.T
	mu     sync.Mutex
	width  int
	rows   [][]rune
	x, y   int
	writes int
}

func newScreen(t *testing.T, width int) *screen { return &screen{t: t, width: width} }

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	rest := string(p)
	for rest != "" {
		if strings.HasPrefix(rest, "\x1b[") {
			end := strings.IndexFunc(rest[2:], func(r rune) bool { return r >= '@' && r <= '~' })
			if end < 0 {
				s.t.Fatalf("a control sequence is cut in two: %q", rest)
			}
			s.control(rest[2:2+end], rest[2+end])
			rest = rest[3+end:]
			continue
		}
		r, n := utf8.DecodeRuneInString(rest)
		s.put(r)
		rest = rest[n:]
	}
	return len(p), nil
}

func (s *screen) put(r rune) {
	switch {
	case r == '\r':
		s.x = 0
	case r == '\n':
		s.x, s.y = 0, s.y+1
	case r < ' ':
		s.t.Fatalf("control character %U on the terminal", r)
	default:
		if s.x == s.width {
			s.x, s.y = 0, s.y+1
		}
		row := s.row(s.y)
		for len(*row) <= s.x {
			*row = append(*row, ' ')
		}
		(*row)[s.x] = r
		s.x++
	}
}

func (s *screen) row(y int) *[]rune {
	for len(s.rows) <= y {
		s.rows = append(s.rows, nil)
	}
	return &s.rows[y]
}

func (s *screen) control(args string, verb byte) {
	n := 1
	fmt.Sscan(args, &n) //nolint:errcheck // no number means one
	switch verb {
	case 'A':
		if s.y -= n; s.y < 0 {
			s.t.Fatal("the cursor left the screen: something above would be overwritten")
		}
	case 'K':
		if row := s.row(s.y); len(*row) > s.x {
			*row = (*row)[:s.x]
		}
	case 'J':
		if row := s.row(s.y); len(*row) > s.x {
			*row = (*row)[:s.x]
		}
		s.rows = s.rows[:s.y+1]
	case 'm':
	default:
		s.t.Fatalf("control sequence %q%c: the rules of the terminal don't allow it", args, verb)
	}
}

func (s *screen) columns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.width
}

// resize narrows the window: lines longer than it wrap, as terminals do.
func (s *screen) resize(width int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows [][]rune
	y := 0
	for i, row := range s.rows {
		if i == s.y {
			y = len(rows)
		}
		for len(row) > width {
			rows, row = append(rows, row[:width]), row[width:]
		}
		rows = append(rows, row)
	}
	s.rows, s.y, s.width = rows, y, width
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, r := range s.rows {
		b.WriteString(strings.TrimRight(string(r), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
