package switches

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct{ name, text, sw, want string }{
		{"default", "", "generate-empty", "1"},
		{"set", "generate-empty=0", "generate-empty", "0"},
		{"spaces", " stack-cut=none , generate-empty=0 ", "stack-cut", "none"},
		{"last wins", "env-to=all,env-to=app", "env-to", "app"},
		{"third form", "generate-json=table", "generate-json", "table"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			set, err := Parse(tc.text)
			if err != nil {
				t.Fatal(err)
			}
			if set[tc.sw] != tc.want {
				t.Errorf("%s = %s, want %s", tc.sw, set[tc.sw], tc.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"nope=1":           `unknown switch "nope"`,
		"generate-empty":   `expected one of 1, 0, found ""`,
		"generate-empty=2": `found "2"`,
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q) = %v, want %s", text, err, want)
		}
	}
}

func TestOther(t *testing.T) {
	set, err := Parse(Other("stack-cut"))
	if err != nil {
		t.Fatal(err)
	}
	for _, sw := range Table {
		want := sw.Forms[1].Name
		if sw.Name == "stack-cut" {
			want = sw.Forms[0].Name
		}
		if set[sw.Name] != want {
			t.Errorf("%s = %s, want %s", sw.Name, set[sw.Name], want)
		}
	}
}

func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, sw := range Table {
		if seen[sw.Name] || sw.Row == "" || len(sw.Forms) < 2 {
			t.Errorf("%s: expected a unique name, a contract row and two forms", sw.Name)
		}
		seen[sw.Name] = true
	}
	defer func() {
		if recover() == nil {
			t.Error("Is accepted a name that the table doesn't have")
		}
	}()
	Set{}.Is("misspelt", "yes")
}
