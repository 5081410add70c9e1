// Package event is what a run tells its printers: a flat stream of facts, each
// with the time and the stage it belongs to. The engine knows no terminal and no
// file; text, JSON lines and the per-stage logs are printers.
//
// Contract: events of one run come in order from one goroutine at a time. Text in
// an event may hold a secret; the printers' writers mask (P4), nobody else does.
package event

import "time"

// Kind says what an event tells.
type Kind string

// The kinds, in the order in which a run uses them.
const (
	RunStart   Kind = "run-start"   // Text: what is tested
	StageStart Kind = "stage-start" // Stage
	Step       Kind = "step"        // Text: what is being done now; progress, not a verdict
	Note       Kind = "note"        // Text: worth telling, changes no outcome
	Log        Kind = "log"         // Text: a line of a child process, of a service, of the swarm
	StageEnd   Kind = "stage-end"   // Outcome, Took, Text: the reason where it isn't pass
	RunEnd     Kind = "run-end"     // Outcome, Took, Text: one sentence
)

// Event is one fact. The zero value of a field means that it does not apply.
type Event struct {
	Time    time.Time     `json:"time"`
	Kind    Kind          `json:"kind"`
	Stage   string        `json:"stage,omitempty"`
	Text    string        `json:"text,omitempty"`
	Outcome string        `json:"outcome,omitempty"` // result.Outcome as text
	Took    time.Duration `json:"took,omitempty"`    // nanoseconds
}

// Printer takes the events of one run. Close flushes and is called once, last.
type Printer interface {
	Event(Event)
	Close() error
}

// Many gives every event to each of its printers in order.
type Many []Printer

// Event passes e on.
func (m Many) Event(e Event) {
	for _, p := range m {
		p.Event(e)
	}
}

// Close closes all and gives the first error.
func (m Many) Close() error {
	var first error
	for _, p := range m {
		if err := p.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}
