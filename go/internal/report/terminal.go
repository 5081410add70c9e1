package report

import (
	"os"

	"golang.org/x/term"

	"coopcloud.tech/cc-ci/internal/result"
)

// Terminal says what the reader of a text output can show. The zero value is a plain file.
type Terminal struct {
	Live  bool       // lines may be redrawn
	Color bool       // colours may be used
	Width func() int // columns now, asked at every drawing; nil: 80
}

// Detect looks at f. A terminal that NO_COLOR (https://no-color.org) or TERM=dumb
// restrains gets less.
func Detect(f *os.File) Terminal {
	fd := int(f.Fd())
	if !term.IsTerminal(fd) || os.Getenv("TERM") == "dumb" {
		return Terminal{}
	}
	return Terminal{
		Live:  true,
		Color: os.Getenv("NO_COLOR") == "",
		Width: func() int {
			w, _, err := term.GetSize(fd)
			if err != nil || w <= 0 {
				return 80
			}
			return w
		},
	}
}

func (t Terminal) width() int {
	if t.Width == nil {
		return 80
	}
	return max(t.Width(), 20)
}

// The select-graphic-rendition codes in use: the eight basic colours follow the reader's own theme.
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	green  = "32"
	yellow = "33"
)

func (t Terminal) paint(code, s string) string {
	if !t.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t Terminal) outcome(o result.Outcome, s string) string {
	switch o {
	case result.Pass:
		return t.paint(green, s)
	case result.Fail:
		return t.paint(red, s)
	case result.Error:
		return t.paint(yellow, s)
	}
	return t.paint(dim, s)
}
