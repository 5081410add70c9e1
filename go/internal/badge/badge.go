// Package badge draws the small pictures that a README shows, and the JSON from which
// shields.io and its like draw their own (U3).
//
// Contract: SVG gives one self-contained picture without script, style sheet, font or
// request to anywhere; JSON follows the endpoint schema, version 1, of shields.io. The
// same Badge gives the same bytes. Text is escaped; callers keep it short.
//
// Limits: widths are those of DejaVu Sans and Verdana at 11 px, the fonts that the
// picture asks for first; in another one the text is stretched to the same width.
package badge

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"strings"
)

// Tone is a badge's colour by its meaning.
type Tone string

// The tones.
const (
	Good  Tone = "good"
	Fair  Tone = "fair" // passes, with something open
	Bad   Tone = "bad"
	Fault Tone = "fault" // the machine's, not the recipe's
	Grey  Tone = "grey"  // nothing is known
)

// paint is what a tone looks like: its colour in the picture, which white text can be read
// on (WCAG AA, 4.5 to 1), and its name at shields.io.
var paint = map[Tone]struct{ fill, shields string }{
	Good:  {"#1a7f37", "brightgreen"},
	Fair:  {"#8a6100", "yellow"},
	Bad:   {"#c01c31", "red"},
	Fault: {"#8a4b08", "orange"},
	Grey:  {"#5c6670", "lightgrey"},
}

// Badge is a label, what it says, and how.
type Badge struct {
	Label, Message string
	Tone           Tone
}

const label = "#3d444d"

// SVG writes the badge as a picture, 20 px high.
func (b Badge) SVG(w io.Writer) error {
	left, right := width(b.Label)+10, width(b.Message)+10
	title := html.EscapeString(b.Label + ": " + b.Message)
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="20" role="img" aria-label="%s">
<title>%s</title>
<clipPath id="r"><rect width="%d" height="20" rx="4"/></clipPath>
<g clip-path="url(#r)"><rect width="%d" height="20" fill="%s"/><rect x="%d" width="%d" height="20" fill="%s"/></g>
<g fill="#fff" font-family="Verdana,'DejaVu Sans',Geneva,sans-serif" font-size="11">
<text x="5" y="14" textLength="%d">%s</text>
<text x="%d" y="14" textLength="%d">%s</text>
</g>
</svg>
`, left+right, title, title, left+right, left, label, left, right, paint[b.Tone].fill,
		left-10, html.EscapeString(b.Label), left+5, right-10, html.EscapeString(b.Message))
	return err
}

// JSON writes the badge for https://shields.io/badges/endpoint-badge.
func (b Badge) JSON(w io.Writer) error {
	return json.NewEncoder(w).Encode(struct {
		Schema  int    `json:"schemaVersion"`
		Label   string `json:"label"`
		Message string `json:"message"`
		Color   string `json:"color"`
		IsError bool   `json:"isError,omitempty"`
		Cache   int    `json:"cacheSeconds"`
	}{1, b.Label, b.Message, paint[b.Tone].shields, b.Tone == Fault, 300})
}

// classes of characters by their width at 11 px, in tenths of a pixel.
var classes = []struct {
	width int
	chars string
}{
	{39, "il.,:;'|!jI "}, {46, "ftr()[]-/"}, {90, "wMW%@&"}, {107, "m"},
}

// width is how wide a text is drawn, in pixels.
func width(s string) int {
	sum := 0
	for _, r := range s {
		w := 70
		for _, c := range classes {
			if strings.ContainsRune(c.chars, r) {
				w = c.width
			}
		}
		sum += w
	}
	return (sum + 5) / 10
}
