package report

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Inert makes one piece of foreign text safe to show: escape sequences are dropped,
// other control characters and those that reorder text are shown as what they are,
// invalid UTF-8 becomes U+FFFD. Line ends and tabs stay. Masking comes after it where
// both are done: a sequence in the middle of a secret hides the secret from the masker.
func Inert(s string) string {
	if plain(s) {
		return s
	}
	text := strings.Split(strings.ToValidUTF8(s, "\uFFFD"), "\n")
	for i, l := range text {
		// Line by line: an unfinished sequence must not swallow what follows.
		text[i] = strings.Map(visible, ansi.Strip(strings.TrimSuffix(l, "\r")))
	}
	return strings.Join(text, "\n")
}

// plain tells whether s is printable ASCII, line ends and tabs: most text, and fast to see.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' || c >= 0x7f {
			return false
		}
	}
	return true
}

func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r < ' ':
		return '\u2400' + r // the control pictures
	case r == 0x7f:
		return '\u2421'
	case r >= 0x80 && r < 0xa0, // C1: some terminals obey these
		r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, // bidirectional controls
		r == 0x2028, r == 0x2029, r >= 0xfff9 && r <= 0xfffb,
		r >= 0xe0000 && r <= 0xe007f: // invisible tags
		return utf8.RuneError
	}
	return r
}

// OneLine is Inert for a place that has room for one line.
func OneLine(s string) string {
	return strings.Join(strings.Fields(Inert(s)), " ")
}

// name is OneLine for a short name: of a recipe, a stage, a service.
func name(s string) string { return brief(Clip(s, 400), 80) }

// brief is OneLine, clipped to n runes.
func brief(s string, n int) string { return Clip(OneLine(s), n) }

// Clip shortens s to at most n runes, for a place where it is shown, and says so. What is kept is bounded by result.Cut, in bytes.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i] + " [cut]"
		}
		n--
	}
	return s
}

// lines cuts foreign text into inert lines; surrounding empty lines are dropped.
func lines(s string) []string {
	s = strings.Trim(Inert(s), "\n")
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}
