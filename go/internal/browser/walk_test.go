package browser

import (
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/redact"
)

func TestNoteSaysWhatItDropped(t *testing.T) {
	w := walk{b: &Browser{opts: Options{Mask: redact.New()}}}
	for range maxNotes {
		w.note(&w.errors, "console error: allowed")
	}
	if got := w.noted(&w.errors); len(got) != maxNotes {
		t.Fatalf("expected %d lines, found %d", maxNotes, len(got))
	}
	for range 100 {
		w.note(&w.errors, "uncaught: not allowed")
	}
	got := w.noted(&w.errors)
	if len(got) != maxNotes+1 || !strings.HasPrefix(got[maxNotes], "more than 1000 lines") {
		t.Errorf("found %d lines, the last %q", len(got), got[len(got)-1])
	}
}
