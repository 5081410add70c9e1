package standin

import (
	"regexp"
	"strings"
	"testing"
)

func TestGenerate(t *testing.T) {
	for _, tc := range []struct {
		name, modifiers, want string
		phrase                bool
	}{
		{"words", "", `^[a-z]+(-[a-z]+){5}$`, true},
		{"no words", "", `^[A-Za-z0-9]{32}$`, false},
		{"length beats words", "length=7", `^[A-Za-z0-9]{7}$`, true},
		{"default charset", "length=64 charset=default", `^[A-Za-z0-9]{64}$`, true},
		{"special", "length=4000 charset=special", `^[A-Za-z0-9!@#$%^&*_+=-]*\$[A-Za-z0-9!@#$%^&*_+=-]*$`, true},
		{"safespecial has no dollar", "length=400 charset=safespecial", `^[A-Za-z0-9!@#%^&*_+=-]{400}$`, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := generate(modifiersOf(tc.modifiers), tc.phrase)
			if err != nil || !regexp.MustCompile(tc.want).MatchString(got) {
				t.Errorf("got %q %v, want %s", got, err, tc.want)
			}
			if again, _ := generate(modifiersOf(tc.modifiers), tc.phrase); again == got {
				t.Errorf("twice the same value: %s", got)
			}
		})
	}
	for _, bad := range []string{"length=0", "length=many", "charset=hex"} {
		if _, err := generate(modifiersOf(bad), false); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

func modifiersOf(text string) map[string]string {
	out := map[string]string{}
	for word := range strings.FieldsSeq(text) {
		k, v, _ := strings.Cut(word, "=")
		out[k] = v
	}
	return out
}
