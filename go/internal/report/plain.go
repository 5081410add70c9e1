package report

import (
	"fmt"
	"io"
	"strings"

	"coopcloud.tech/cc-ci/internal/event"
	"coopcloud.tech/cc-ci/internal/result"
)

// plainText prints one line per event: for CI, for files, for a screen reader.
type plainText struct {
	w   io.Writer
	err error
}

func (p *plainText) Event(e event.Event) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, stamped(e))
	}
}

func (p *plainText) Close() error { return p.err }

// stamped gives the event as lines "15:04:05Z stage     text". A text of several lines gets
// the stamp on each, so that a line found by a search still says when and where it was.
func stamped(e event.Event) string {
	var b strings.Builder
	for _, l := range told(e) {
		head := fmt.Sprintf("%sZ %-8s  ", e.Time.UTC().Format("15:04:05"), OneLine(e.Stage))
		b.WriteString(strings.TrimRight(head+l, " ") + "\n")
	}
	return b.String()
}

// told gives the lines that say what happened, without time and stage.
func told(e event.Event) []string {
	text := lines(e.Text)
	switch e.Kind {
	case event.StageStart:
		return append([]string{"start"}, text...)
	case event.StageEnd:
		return verdict(Word(result.Outcome(e.Outcome)), e, text)
	case event.RunEnd:
		return verdict(Colour(result.Outcome(e.Outcome)), e, text)
	case event.Log:
		return prefixed("| ", text)
	case event.Note:
		return prefixed("note: ", text)
	}
	return text
}

func verdict(word string, e event.Event, text []string) []string {
	first := fmt.Sprintf("%s %s", word, Clock(e.Took))
	if len(text) == 0 {
		return []string{first}
	}
	return append([]string{first + "  " + text[0]}, text[1:]...)
}

func prefixed(prefix string, text []string) []string {
	for i := range text {
		text[i] = prefix + text[i]
	}
	return text
}
