package report

import (
	"encoding/json"
	"io"

	"coopcloud.tech/cc-ci/internal/event"
)

// JSONLines prints each event as one line of JSON, as it comes, its text inert: for programs that follow a run.
func JSONLines(w io.Writer) event.Printer {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return &jsonLines{enc: e}
}

type jsonLines struct {
	enc *json.Encoder
	err error
}

func (p *jsonLines) Event(e event.Event) {
	if p.err == nil {
		e.Text = Inert(e.Text)
		p.err = p.enc.Encode(e)
	}
}

func (p *jsonLines) Close() error { return p.err }

// Quiet prints nothing.
func Quiet() event.Printer { return quiet{} }

type quiet struct{}

func (quiet) Event(event.Event) {}
func (quiet) Close() error      { return nil }
