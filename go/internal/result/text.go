package result

import (
	"strings"
	"unicode/utf8"
)

// Cut cuts a text that is longer than limit bytes, between two characters, and says so by three dots. What may hold
// a secret is masked before: half of one is not recognised any more.
func Cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	end := limit
	for end > limit-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "..."
}

// LastLine is what a program said last: the last line of text that isn't empty, trimmed.
func LastLine(text string) string {
	text = strings.TrimSpace(text)
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}
