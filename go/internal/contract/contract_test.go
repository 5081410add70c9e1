package contract

import (
	"strings"
	"testing"
)

func TestPrint(t *testing.T) {
	var b strings.Builder
	rows := []Row{
		{"1/version", "it has a version", Agrees, "x 1.0.0"},
		{"3.5/ls", "it lists", Differs, "exit 1: FATA no"},
		{"3.7/again", "it refuses", Unknown, "no end within 3m0s"},
	}
	if err := Print(&b, rows); err != nil {
		t.Fatal(err)
	}
	want := `agrees   1/version                it has a version
differs  3.5/ls                   it lists
                                  seen: exit 1: FATA no
unknown  3.7/again                it refuses
                                  seen: no end within 3m0s
1 agree, 1 differ, 1 unknown
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestProbesAreNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range allProbes() {
		key := p.id + " " + p.fact
		if seen[key] || p.check == nil || !strings.Contains(p.id, "/") {
			t.Errorf("%q: expected a unique row with a section and a check", key)
		}
		seen[key] = true
	}
}

func TestSaidHidesStandardOutput(t *testing.T) {
	o := said{stdout: `[{"value":"hush"}]`, stderr: "WARN a\nFATA b\n", status: 1}
	if got := o.String(); got != "exit 1: FATA b" {
		t.Errorf("got %q", got)
	}
}
