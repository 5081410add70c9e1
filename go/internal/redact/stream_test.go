package redact

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// naive is the specification: look everywhere for everything, unite what overlaps,
// and mask the beginning of a secret at the end if it is long enough.
func naive(x *index, text string, end bool) string {
	var all []span
	for i, p := range x.patterns {
		for from := range len(text) {
			if strings.HasPrefix(text[from:], string(p.text)) {
				all = append(all, span{from, from + len(p.text), i})
			}
		}
	}
	if end {
		all = append(all, naivePartial(x, text)...)
	}
	slices.SortFunc(all, func(a, b span) int {
		return cmp.Or(a.from-b.from, b.to-a.to, a.pattern-b.pattern)
	})
	var out strings.Builder
	at := 0
	for _, s := range all {
		if s.from < at && s.to <= at {
			continue
		}
		if s.from >= at {
			out.WriteString(text[at:s.from])
			out.Write(x.patterns[s.pattern].label)
		}
		at = s.to
	}
	return out.String() + text[at:]
}

func naivePartial(x *index, text string) []span {
	for from := range len(text) {
		for i, p := range x.patterns {
			if len(p.text) > len(text)-from && strings.HasPrefix(string(p.text), text[from:]) {
				if len(text)-from < partial {
					return nil
				}
				return []span{{from, len(text), i}}
			}
		}
	}
	return nil
}

// random gives a string over alphabet of from..to letters.
func random(r *rand.Rand, alphabet string, from, to int) string {
	b := make([]byte, from+r.IntN(to-from+1))
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

// maskerOf takes the patterns as they are, without further forms, so that tiny ones can be tried.
func maskerOf(patterns ...string) *Masker {
	m, known := New(), map[string]string{}
	for i, p := range patterns {
		if known[p] == "" {
			known[p] = fmt.Sprint("s", i)
		}
	}
	m.index.Store(newIndex(known))
	return m
}

// randomPatterns overlap, contain and begin each other often.
func randomPatterns(r *rand.Rand, alphabet string) []string {
	var list []string
	for range 1 + r.IntN(6) {
		p := random(r, alphabet, 4, 14)
		if len(list) > 0 && r.IntN(3) == 0 {
			old := list[r.IntN(len(list))]
			p = old[r.IntN(len(old)-3):] + random(r, alphabet, 0, 4)
			p += random(r, alphabet, max(0, 4-len(p)), 4)
		}
		list = append(list, p)
	}
	return list
}

func TestStreamAgreesWithNaiveSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 20_000 {
		alphabet := []string{"ab", "ab\n", "abc\n", "aab", "0123456789\n"}[n%5]
		patterns := randomPatterns(r, alphabet)
		var text string
		for range r.IntN(8) {
			text += random(r, alphabet, 0, 12)
			if p := patterns[r.IntN(len(patterns))]; r.IntN(2) == 0 {
				text += p[:1+r.IntN(len(p))]
			}
		}
		m := maskerOf(patterns...)
		var got bytes.Buffer
		w := m.Writer(&got)
		for rest := text; rest != ""; {
			k := min(len(rest), 1+r.IntN(9))
			if _, err := w.Write([]byte(rest[:k])); err != nil {
				t.Fatal(err)
			}
			rest = rest[k:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if want := naive(m.index.Load(), text, true); got.String() != want {
			t.Fatalf("case %d: patterns %q, text %q\n got %q\nwant %q", n, patterns, text, got.String(), want)
		}
		if got, want := m.String(text), naive(m.index.Load(), text, false); got != want {
			t.Fatalf("case %d: patterns %q, String(%q)\n got %q\nwant %q", n, patterns, text, got, want)
		}
	}
}

func TestFinishedLineIsNeverHeldBack(t *testing.T) {
	m := New()
	for i, value := range []string{"correct-horse-battery", "line one of it\nline two of it\n", "\tquote\"d & <such>'s\t"} {
		if err := m.Add(fmt.Sprint(i), value); err != nil {
			t.Fatal(err)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 2_000 {
		var got bytes.Buffer
		w := m.Writer(&got)
		line := random(r, "x ", 0, 5) + "correct-horse-battery line one of it"[:r.IntN(36)]
		fmt.Fprintf(w, "%s\n%s", line, "correct-h")
		if want := m.String(line) + "\n"; got.String() != want {
			t.Fatalf("after the line %q: got %q", line, got.String())
		}
	}
}

func TestOnlyTheBeginningOfASecretIsHeldBack(t *testing.T) {
	m := maskerOf("abcdefgh", "efgh1234")
	for _, c := range []struct{ in, out string }{
		{"", ""}, {"x", "x"}, {"xa", "x"}, {"xabcdefg", "x"}, {"xabcdxef", "xabcdx"}, {"abcdefg", ""},
		{"abcdefgh", "[secret s0]"}, {"abcdefgh1", "[secret s0]"}, {"efgh123a", "efgh123"},
	} {
		var got bytes.Buffer
		fmt.Fprint(m.Writer(&got), c.in)
		if got.String() != c.out {
			t.Errorf("after %q: got %q, want %q", c.in, got.String(), c.out)
		}
	}
}

func TestFlush(t *testing.T) {
	const secret = "abcdefghijklmnop"
	for _, c := range []struct {
		name, want string
		writes     []string // a flush after each
	}{
		{"a prompt comes out", "login: a", []string{"login: a"}},
		{"short beginning, then something else", "abc-def", []string{"abc", "-def"}},
		{"short beginning, then the rest", "abc[secret s0].", []string{"abc", secret[3:] + "."}},
		{"long beginning is masked", "[secret s0]", []string{secret[:9]}},
		{"long beginning, then the rest", "[secret s0]!", []string{secret[:9], secret[9:] + "!"}},
		{"long beginning grows", "[secret s0]", []string{secret[:9], secret[9:12], secret[12:15]}},
		{"long beginning, then something else", "[secret s0]-x", []string{secret[:9], "-x"}},
		{"two in a row", "[secret s0][secret s0]", []string{secret[:12], secret[12:] + secret}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got bytes.Buffer
			w := maskerOf(secret).Writer(&got)
			for _, s := range c.writes {
				fmt.Fprint(w, s)
				if err := w.Flush(); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil || got.String() != c.want {
				t.Errorf("got %q (%v), want %q", got.String(), err, c.want)
			}
			if _, err := w.Write([]byte("x")); err == nil {
				t.Error("a write after Close was taken")
			}
		})
	}
}

func TestAddWhileStreaming(t *testing.T) {
	m := New()
	var got bytes.Buffer
	w := m.Writer(&got)
	fmt.Fprint(w, "before 4f9a8b7c6d5e4f3a\n")
	if err := m.Add("late", "4f9a8b7c6d5e4f3a"); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, "after 4f9a8b7c6d5e4f3a\n")
	if want := "before 4f9a8b7c6d5e4f3a\nafter [secret late]\n"; got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
}

func FuzzWriter(f *testing.F) {
	f.Add([]byte("abcabcab xabcabcabc"), uint16(3))
	f.Add([]byte("aaaaaaaaaaaaaaaaaaaaa\nbbbb"), uint16(1))
	f.Fuzz(func(t *testing.T, text []byte, cut uint16) {
		m := maskerOf("abcabcabc", "aaaaaaaa", "bcab", "aa\nbb", "cabc abc")
		var got bytes.Buffer
		w := m.Writer(&got)
		k := int(cut) % (len(text) + 1)
		for _, part := range [][]byte{text[:k], text[k:]} {
			if _, err := w.Write(part); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if want := naive(m.index.Load(), string(text), true); got.String() != want {
			t.Fatalf("text %q cut at %d\n got %q\nwant %q", text, k, got.String(), want)
		}
	})
}
