package report

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// What a page shows of one log: its end, where a failure is.
const (
	excerptBytes = 64 << 10
	excerptLines = 300
)

// Excerpt is the end of a stage's log.
type Excerpt struct {
	Title string
	Whole string // address of the log, relative to the page; empty where Lines are all of it
	Lines []LogLine
}

// LogLine is one line with the name by which an address can point at it.
type LogLine struct {
	Number       int // within the excerpt, from 1
	Anchor, Text string
}

// excerpt reads the end of log/<stage>; nil where there is no such log. anchor begins the lines' names.
func excerpt(files fs.FS, stage, anchor string) *Excerpt {
	if files == nil || !stageName.MatchString(stage) {
		return nil
	}
	f, err := files.Open(path.Join("log", stage))
	if err != nil {
		return nil
	}
	defer f.Close()
	b, cut, err := tail(f)
	if err != nil {
		return &Excerpt{Title: "not readable: " + OneLine(err.Error())}
	}
	text := strings.Split(strings.TrimRight(Inert(string(b)), "\n"), "\n")
	if len(text) > excerptLines {
		text, cut = text[len(text)-excerptLines:], true
	}
	e := &Excerpt{Title: fmt.Sprintf("%d lines", len(text))}
	if cut {
		e.Title, e.Whole = fmt.Sprintf("its last %d lines", len(text)), beside(path.Join("log", stage))
	}
	for i, l := range text {
		e.Lines = append(e.Lines, LogLine{i + 1, fmt.Sprintf("%s-log-%d", anchor, i+1), Clip(l, 2000)})
	}
	return e
}

// tail gives the last whole lines of f, and whether something is before them.
func tail(f fs.File) (b []byte, cut bool, err error) {
	info, err := f.Stat()
	if err != nil {
		return nil, false, err
	}
	if !info.Mode().IsRegular() {
		return nil, false, fmt.Errorf("%s: expected a file, found %s", info.Name(), info.Mode().Type())
	}
	if over := info.Size() - excerptBytes; over > 0 {
		if s, ok := f.(io.Seeker); ok {
			_, err = s.Seek(over, io.SeekStart)
		} else {
			_, err = io.CopyN(io.Discard, f, over)
		}
		cut = true
	}
	if err == nil {
		b, err = io.ReadAll(io.LimitReader(f, excerptBytes))
	}
	if _, rest, ok := bytes.Cut(b, []byte("\n")); ok && cut {
		b = rest
	}
	return b, cut, err
}
