package report

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func load(t *testing.T, text string) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "result.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(path)
	if err != nil && !strings.HasPrefix(err.Error(), path) {
		t.Errorf("error: expected it to name the file, found %v", err)
	}
	return err
}

func TestLoadGivesWhatJSONWrote(t *testing.T) {
	for _, name := range []string{"green", "red", "error", "refused"} {
		t.Run(name, func(t *testing.T) {
			got, err := Load(filepath.Join("testdata", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			if want := samples()[name].result; !reflect.DeepEqual(got, want) {
				t.Errorf("expected %+v\nfound    %+v", want, got)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "truncated after 0 bytes"},
		{"not JSON", "<html>", "line 1: invalid character '<'"},
		{"another file", `{"name":"x"}`, "schema: expected 1 to 1, found 0: not a result of cc-ci"},
		{"a newer schema", `{"schema":2,"outcome":{"new":"shape"}}`, "newer schema: result schema 2, this cc-ci reads up to 1: update cc-ci"},
		{"a wrong type", `{"schema":1,"pr":"many"}`, "pr"},
		{"two values", `{"schema":1}{"schema":1}`, "line 1: invalid character '{' after top-level value"},
		{"an unknown outcome", `{"schema":1,"outcome":"<script>"}`, `outcome: expected one of ["pass" "fail" "error" "not-applicable" "not-run"], found "<script>"`},
		{"an unknown outcome of a step", `{"schema":1,"outcome":"pass","stages":[{"outcome":"pass","steps":[{"outcome":"ok"}]}]}`, "stages[0].steps[0].outcome"},
		{"evidence that climbs out", `{"schema":1,"outcome":"pass","stages":[{"outcome":"pass","evidence":[{"file":"../../etc/passwd"}]}]}`, "stages[0].evidence[0].file: expected a path inside the result's folder"},
		{"too large", `{"schema":1,"reason":"` + strings.Repeat("x", maxResult) + `"}`, "expected at most 16777216 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := load(t, tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("expected %q, found %v", tt.want, err)
			}
		})
	}
}

func TestLoadNamesWhatIsWrong(t *testing.T) {
	if err := load(t, `{"schema":99}`); !errors.Is(err, ErrNewer) {
		t.Errorf("expected ErrNewer, found %v", err)
	}
	if err := load(t, `{"schema":1,"outcome":"pass","field from tomorrow":1}`); err != nil {
		t.Errorf("expected an added field to pass, found %v", err)
	}
	var b bytes.Buffer
	if err := JSON(&b, redRun().result); err != nil {
		t.Fatal(err)
	}
	whole := strings.TrimRight(b.String(), "\n")
	for n := range len(whole) {
		if n%97 != 0 && n != len(whole)-1 {
			continue
		}
		if err := load(t, whole[:n]); !errors.Is(err, ErrTruncated) {
			t.Fatalf("cut after %d bytes: expected ErrTruncated, found %v", n, err)
		}
	}
}
