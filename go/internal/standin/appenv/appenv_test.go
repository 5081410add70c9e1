package appenv

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		name, text, key, want string
	}{
		{"plain", "A=b", "A", "b"},
		{"empty", "LETS_ENCRYPT_ENV=", "LETS_ENCRYPT_ENV", ""},
		{"carriage return", "A=b\r\n", "A", "b"},
		{"comment after value", "A=b # length=3", "A", "b"},
		{"hash inside a value", "A=b#c", "A", "b#c"},
		{"only a comment", "A= # nothing", "A", ""},
		{"double quotes keep a hash", `A="b # c"`, "A", "b # c"},
		{"single quotes are literal", `A='$B'`, "A", "$B"},
		{"escaped quote", `A="say \"x\""`, "A", `say "x"`},
		{"escaped reference", `A="\$B"`, "A", "$B"},
		{"appended compose files", "COMPOSE_FILE=compose.yml\nCOMPOSE_FILE=\"$COMPOSE_FILE:compose.x.yml\"", "COMPOSE_FILE", "compose.yml:compose.x.yml"},
		{"braces", "A=x\nB=${A}y", "B", "xy"},
		{"unset reference", "A=${NOPE}y", "A", "y"},
		{"commented out", "#A=b", "A", ""},
		{"backticks of a rule", "EXTRA_DOMAINS=', `www.example.com`'", "EXTRA_DOMAINS", ", `www.example.com`"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			env, err := Parse(tc.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := env.Get(tc.key); got != tc.want {
				t.Errorf("%s = %q, want %q", tc.key, got, tc.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"1: expected KEY=value":               "just words",
		"2: B: unterminated":                  "A=1\nB=\"x",
		"1: A: text after the closing \"":     `A="x"y`,
		"3: expected KEY=value, a comment or": "A=1\n\n1B=2",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("Parse(%q) = %v, want %q", text, err, name)
		}
	}
}

func TestModifiers(t *testing.T) {
	for text, want := range map[string]map[string]string{
		"SECRET_A_VERSION=v1 # length=32":                    {"length": "32"},
		"SECRET_A_VERSION=v1 # length=32, charset=special":   {"length": "32", "charset": "special"},
		"SECRET_A_VERSION=v1 # length=32 charset=hex":        {"length": "32", "charset": "hex"},
		"SECRET_A_VERSION=v1  # generate=false":              {"generate": "false"},
		"SECRET_A_VERSION=v1 # the admin's password":         nil,
		"SECRET_A_VERSION=\"v1\" # length=8":                 {"length": "8"},
		"SECRET_A_VERSION=v1\n#SECRET_A_VERSION=v1 length=9": nil,
	} {
		env, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := env.Modifiers["SECRET_A_VERSION"]; !reflect.DeepEqual(got, want) {
			t.Errorf("%q: modifiers %v, want %v", text, got, want)
		}
	}
}

func TestSet(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"replaces", "TYPE=x\nDOMAIN=a.example.com\n", "TYPE=x\nDOMAIN=d\n"},
		{"adds", "TYPE=x", "TYPE=x\nDOMAIN=d\n"},
		{"leaves comments", "#DOMAIN=x\n", "#DOMAIN=x\nDOMAIN=d\n"},
		{"not a longer key", "EXTRA_DOMAIN=x\n", "EXTRA_DOMAIN=x\nDOMAIN=d\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := Set(tc.text, "DOMAIN", "d"); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestWriteVersion(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"none yet", "TYPE=demo\nA=1\n", "TYPE=demo:1.0.0+2\nA=1\n"},
		{"replaced", "TYPE=demo:0.1.0+1\n", "TYPE=demo:1.0.0+2\n"},
		{"hash and dirty mark", "TYPE=demo:abcdef12+U\n", "TYPE=demo:1.0.0+2\n"},
		{"RECIPE", "RECIPE=demo\n", "RECIPE=demo:1.0.0+2\n"},
		{"quoted", "TYPE=\"demo\"\n", "TYPE=demo:1.0.0+2\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.env")
			if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := WriteVersion(path, "1.0.0+2"); err != nil {
				t.Fatal(err)
			}
			got, _ := os.ReadFile(path)
			if string(got) != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	path := filepath.Join(t.TempDir(), "a.env")
	if err := os.WriteFile(path, []byte("A=1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteVersion(path, "1"); err == nil {
		t.Error("a file without TYPE was accepted")
	}
}

func TestRecipe(t *testing.T) {
	for text, want := range map[string][2]string{
		"TYPE=demo":               {"demo", ""},
		"TYPE=demo:1.0.0+2":       {"demo", "1.0.0+2"},
		"TYPE=demo:eb96de94+U":    {"demo", "eb96de94"},
		"RECIPE=demo:1.0.0+1.2-x": {"demo", "1.0.0+1.2-x"},
	} {
		env, _ := Parse(text)
		recipe, version, err := env.Recipe()
		if err != nil || recipe != want[0] || version != want[1] {
			t.Errorf("%q: %s %s %v, want %v", text, recipe, version, err, want)
		}
	}
	if _, _, err := (Env{}).Recipe(); err == nil {
		t.Error("an env without TYPE was accepted")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("A=1\nB=\"$A\" # length=3\n")
	f.Add("A='x\n")
	f.Fuzz(func(t *testing.T, text string) {
		env, err := Parse(text)
		if err == nil && len(env.Keys) != len(env.Values) {
			t.Errorf("%d keys, %d values", len(env.Keys), len(env.Values))
		}
	})
}
