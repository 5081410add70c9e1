package run

import (
	"io"
	"os"
	"path/filepath"
	"sync"

	"coopcloud.tech/cc-ci/internal/event"
	"coopcloud.tech/cc-ci/internal/redact"
	"coopcloud.tech/cc-ci/internal/report"
)

// Style is how a run prints.
type Style int

// The styles (U5).
const (
	Text  Style = iota // progress on standard error, the last screen on standard output
	JSON               // events as JSON lines on standard error, result.json on standard output
	Quiet              // the last screen alone
)

// Output is where a run prints.
type Output struct {
	Stdout, Stderr io.Writer
	Style          Style
}

// terminal looks at w, which may be no file at all (a test's buffer).
func terminal(w io.Writer) report.Terminal {
	if f, ok := w.(*os.File); ok {
		return report.Detect(f)
	}
	return report.Terminal{}
}

// printer joins the style's printer with the logs in the run's folder. Everything
// passes the masker.
func (o Output) printer(folder string, mask *redact.Masker) event.Printer {
	wrap := func(w io.Writer) io.WriteCloser { return mask.Writer(w) }
	logs := report.StageLogs(filepath.Join(folder, "log"), wrap)
	var people event.Printer
	switch o.Style {
	case JSON:
		people = report.JSONLines(mask.Writer(o.Stderr))
	case Quiet:
		people = report.Quiet()
	default:
		people = report.Text(mask.Writer(o.Stderr), terminal(o.Stderr), mask.String)
	}
	return &serial{next: event.Many{people, logs}}
}

// serial lets several goroutines tell events: printers take one at a time.
type serial struct {
	mu   sync.Mutex
	next event.Printer
}

func (s *serial) Event(e event.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next.Event(e)
}

func (s *serial) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.next.Close()
}
