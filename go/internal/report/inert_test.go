package report

import "testing"

func TestInert(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "a b\tc\nd", "a b\tc\nd"},
		{"letters of the world", "naïve 日本 🙂", "naïve 日本 🙂"},
		{"colours", "\x1b[31mred\x1b[0m", "red"},
		{"title", "\x1b]0;owned\x07text", "text"},
		{"clipboard", "\x1b]52;c;cm0gLXJmIC8=\x1b\\text", "text"},
		{"device control", "\x1bP+q544e\x1b\\text", "text"},
		{"unfinished sequence hides its line alone", "a\x1b]0;gone\nb", "a\nb"},
		{"carriage return", "10%\r20%", "10%␍20%"},
		{"line ends of Windows", "a\r\nb", "a\nb"},
		{"bell, backspace, nul", "a\x07\x08\x00b", "a␇␈␀b"},
		{"delete", "a\x7fb", "a␡b"},
		{"C1 as a character", "a\u009b2Jb", "a\uFFFD2Jb"},
		{"reordering", "abc\u202etxt.exe", "abc\uFFFDtxt.exe"},
		{"invalid UTF-8", "a\xffb", "a\uFFFDb"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Inert(tt.in); got != tt.want {
				t.Errorf("expected %q, found %q", tt.want, got)
			}
		})
	}
}

func FuzzInert(f *testing.F) {
	f.Add(bad)
	f.Add("\x1b[31m\x1b")
	f.Fuzz(func(t *testing.T, s string) {
		got := Inert(s)
		noControls(t, got)
		if again := Inert(got); again != got {
			t.Errorf("expected inert text to stay %q, found %q", got, again)
		}
	})
}
