package report

// The rules of the terminal, which everything in this package that draws on one keeps:
//
//   - A run may be killed at any instant, so the terminal is never put into a state that
//     would have to be undone: no alternate screen, no hidden cursor, no raw mode.
//   - The cursor rests at the start of the line below the last one drawn. What somebody
//     else writes there ("^C") scrolls by and destroys nothing.
//   - What is finished is printed once and stays in the scroll-back. Only the lines of
//     running stages, at the very bottom, are redrawn, each redraw in one write: nothing flickers.
//   - A line of a running stage never wraps. If the window shrinks, the rows that the old
//     lines now take are counted before going up.
//   - Foreign text is inert before it is measured, masked before it is cut: half a secret
//     is one that no masker knows.
//   - Words carry the meaning; colour only repeats it.

import (
	"io"

	"coopcloud.tech/cc-ci/internal/event"
)

// Text prints events for people: on a live terminal finished lines that stay and below
// them one line per running stage with its elapsed time; elsewhere one plain line per
// event with a time stamp (U5). mask hides secrets in a text before it is cut to the
// terminal's width; nil where there is nothing to hide. Close ends the redrawing and
// gives the first error of w.
func Text(w io.Writer, t Terminal, mask func(string) string) event.Printer {
	if !t.Live {
		return &plainText{w: w}
	}
	return newLive(w, t, mask)
}
