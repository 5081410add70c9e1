package apiclient

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
)

func TestShorten(t *testing.T) {
	fill := strings.Repeat("x", maxString)
	for _, tt := range []struct{ name, in, want string }{
		{"nothing", ``, ``},
		{"short strings", `{"a":"b\"c\\","d":["\u00e4é",1]}`, `{"a":"b\"c\\","d":["\u00e4é",1]}`},
		{"as long as may be", `["` + fill + `"]`, `["` + fill + `"]`},
		{"longer", `["` + fill + `yy","z"]`, `["` + fill + `~","z"]`},
		{"many bytes that are a character across the bound", `["` + fill[1:] + `éé"]`, `["` + fill[1:] + `é~"]`},
		{"an escape across the bound", `["` + fill[1:] + `\u003c\u003c","z"]`, `["` + fill[1:] + `\u003c~","z"]`},
		{"a quote behind the bound", `["` + fill + `\"\\","z"]`, `["` + fill + `~","z"]`},
		{"a backslash across the bound", `["` + fill[1:] + `\\y","z"]`, `["` + fill[1:] + `\\~","z"]`},
		{"two in a row", `["` + fill + `y","` + fill + `y"]`, `["` + fill + `~","` + fill + `~"]`},
	} {
		for form, reader := range map[string]io.Reader{"at once": strings.NewReader(tt.in), "byte by byte": iotest.OneByteReader(strings.NewReader(tt.in))} {
			t.Run(tt.name+", "+form, func(t *testing.T) {
				got, err := io.ReadAll(&shorten{Reader: reader})
				if err != nil || string(got) != tt.want {
					t.Errorf("expected %d bytes, %.40q ... %.40q, found %d, %.40q, %v", len(tt.want), tt.want, tt.want[max(0, len(tt.want)-40):], len(got), got, err)
				}
			})
		}
	}
}

// TestLongAnswers: one long description does not hide what else is in an answer; an answer that is long otherwise is an error.
func TestLongAnswers(t *testing.T) {
	for _, tt := range []struct {
		name  string
		write func(w io.Writer)
		fails bool
	}{
		{"one description of 18 MB", func(w io.Writer) { fmt.Fprintf(w, `["%s","kept"]`, strings.Repeat(`\u003c`, 3_000_000)) }, false},
		{"longer than may be without them", func(w io.Writer) { fmt.Fprintf(w, `[1%s,"kept"]`, strings.Repeat(" ", maxBody)) }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { tt.write(w) }))
			defer s.Close()
			c := New("token", "s3cret")
			defer c.Close()
			resp, err := c.Client(t.Context(), nil).Get(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			var list []any
			if err := json.NewDecoder(resp.Body).Decode(&list); (err != nil) != tt.fails || !tt.fails && list[len(list)-1] != "kept" {
				t.Errorf("expected an error %v, found %v and %d elements", tt.fails, err, len(list))
			}
		})
	}
}
