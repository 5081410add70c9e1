package result

import (
	"strings"
	"testing"
)

func TestCutBetweenCharacters(t *testing.T) {
	const limit = 300
	for n := range 5 {
		text := strings.Repeat("x", limit-n) + strings.Repeat("€", 100)
		got := Cut(text, limit)
		if len(got) > limit+3 || strings.ContainsRune(got, '\uFFFD') || !strings.HasPrefix(text, strings.TrimSuffix(got, "...")) {
			t.Errorf("%d before: %q", limit-n, got)
		}
	}
}

func TestLastLine(t *testing.T) {
	for text, want := range map[string]string{"": "", "one": "one", "one\n two \n\n": "two", "one\r\n": "one"} {
		if got := LastLine(text); got != want {
			t.Errorf("%q: got %q", text, got)
		}
	}
}
