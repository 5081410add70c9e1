package recipe

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestParseEnv(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       map[string]string
	}{
		{"plain", "A=1\nB = two words \n\n# C=3\n", map[string]string{"A": "1", "B": "two words"}},
		{"export and carriage returns", "export A=1\r\nB=2\r\n", map[string]string{"A": "1", "B": "2"}},
		{"comment needs white space", "A=x#y # z\nB=#none\n", map[string]string{"A": "x#y", "B": ""}},
		{"double quotes", `A="x # y\n\"z\"" # c`, map[string]string{"A": "x # y\n\"z\""}},
		{"single quotes as they stand", "A=1\nB=', `x.$A`'", map[string]string{"A": "1", "B": ", `x.$A`"}},
		{"over lines", "A='one\ntwo'\nB=2", map[string]string{"A": "one\ntwo", "B": "2"}},
		{"references", "A=1\nB=$A-${A}-\\$A-$NONE", map[string]string{"A": "1", "B": "1-1-$A-"}},
		{"append", "F=\"a\"\nF=\"$F:b\"\nF=\"$F:c/d\"", map[string]string{"F": "a:b:c/d"}},
		{"no new line at the end", "A=", map[string]string{"A": ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := ParseEnv("env", c.text)
			if err != nil || !maps.Equal(s.Map(), c.want) {
				t.Errorf("ParseEnv = %v, %v; want %v", s.Map(), err, c.want)
			}
		})
	}
	for _, c := range []struct{ name, text, want string }{
		{"no assignment", "A=1\nrm -rf /\n", "env:2: expected KEY=value"},
		{"open quote", "A='x\n", "env:1: A: expected a closing '"},
		{"text behind a quote", "A='x' y\n", "env:1: A: expected a comment"},
		{"doubling", "A=" + strings.Repeat("x", 1000) + "\n" + strings.Repeat("A=$A$A\n", 40), "at most 65536 bytes"},
		{"many long values", "A=" + strings.Repeat("x", 60_000) + "\n" + strings.Repeat("B=$A\n", 40), "bytes of values"},
		{"too large", strings.Repeat("#", maxEnvFile+1), "at most"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := ParseEnv("env", c.text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("ParseEnv = %v; want %q", err, c.want)
			}
		})
	}
}

func TestSecrets(t *testing.T) {
	text, err := os.ReadFile("testdata/ordinary/.env.sample")
	if err != nil {
		t.Fatal(err)
	}
	s, err := ParseEnv(".env.sample", string(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []SecretSpec{
		{Name: "db_password", Version: "v1", Length: 32},
		{Name: "session", Version: "v2", Length: 64, Charset: "default,special"},
		{Name: "oidc", Version: "v1", Manual: true},
	}
	if got := s.Secrets(); !reflect.DeepEqual(got, want) {
		t.Errorf("Secrets = %+v; want %+v", got, want)
	}
	if got, want := s.ComposeFiles(), []string{"compose.yml", "sub/compose.postgres.yml"}; !slices.Equal(got, want) {
		t.Errorf("ComposeFiles = %v; want %v", got, want)
	}
}

func TestExports(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "ordinary", "abra.sh"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"APP_CONF_VERSION": "v4", "PG_BACKUP_VERSION": "v2", "COMPUTED": "$(hostname)"}
	if got := parseExports(string(text)); !maps.Equal(got, want) {
		t.Errorf("Exports = %v; want %v", got, want)
	}
}

func TestDoubtful(t *testing.T) {
	for _, tt := range []struct {
		line string
		want bool
	}{
		{"export V=v4", false},
		{"export V=v4 # raise with the script", false},
		{"export V=v4; ", false},
		{`export V="v4"`, true},
		{"export V='v4'", true},
		{"export V=", true},
		{"export V=./file", true},
		{"export  V=v4", true},
		{"  export V=v4", true},
		{"export A=a; export V=v4", true},
		{"export V=v4 # /etc", true},
		{"export V=v4 # `) || Host(`ci.example.org", true},
		{"export V=web # ,ssh", true},
		{"export V=$(hostname)", true},
		{"V=v4", false},
	} {
		if got := doubtfulExports(tt.line + "\n")["V"]; got != tt.want {
			t.Errorf("%q: want %v, got %v", tt.line, tt.want, got)
		}
	}
}

func FuzzParseEnv(f *testing.F) {
	text, err := os.ReadFile("testdata/ordinary/.env.sample")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Add("A=\"$A\\\"\nB='\n' # length=1,charset=")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseEnv("env", text)
		if err != nil {
			return
		}
		lines := strings.Count(text, "\n") + 1
		for _, e := range s {
			if len(e.Value) > maxEnvValue || e.Line < 1 || e.Line > lines || !envKey.MatchString(e.Key+"=") {
				t.Errorf("entry %+v of %q", e, text)
			}
		}
		s.Secrets()
		s.ComposeFiles()
	})
}
