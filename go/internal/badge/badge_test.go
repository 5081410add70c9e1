package badge

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/golden"
)

var samples = map[string]Badge{
	"level":   {"cc-ci", "level 4", Good},
	"failing": {"cc-ci", "failing", Bad},
	"flaky":   {"cc-ci", "flaky", Fair},
	"error":   {"cc-ci", "error", Fault},
	"never":   {"cc-ci", "never run", Grey},
	"hostile": {"cc-ci", `"/><script>alert(1)</script>&`, Bad},
}

func TestBadge(t *testing.T) {
	for name, b := range samples {
		t.Run(name, func(t *testing.T) {
			var svg, js bytes.Buffer
			if err := b.SVG(&svg); err != nil {
				t.Fatal(err)
			}
			if err := b.JSON(&js); err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, "testdata/"+name+".svg", svg.String())
			golden.Compare(t, "testdata/"+name+".json", js.String())
			inertPicture(t, svg.String())
			if !json.Valid(js.Bytes()) {
				t.Errorf("JSON: %s", js.Bytes())
			}
		})
	}
}

// inertPicture wants well-formed XML of drawing elements alone, which asks for nothing.
func inertPicture(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !strings.Contains(" svg title clipPath rect g text ", " "+e.Name.Local+" ") {
			t.Errorf("element <%s> has no place in a badge", e.Name.Local)
		}
		for _, a := range e.Attr {
			if strings.HasSuffix(a.Name.Local, "href") || strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "style" {
				t.Errorf("<%s %s> has no place in a badge", e.Name.Local, a.Name.Local)
			}
		}
	}
}

func TestWidthGrowsWithText(t *testing.T) {
	for _, tt := range []struct {
		text     string
		from, to int
	}{{"", 0, 0}, {"cc-ci", 27, 34}, {"level 4", 36, 44}, {"never run", 50, 62}, {"mmm", 30, 34}} {
		if w := width(tt.text); w < tt.from || w > tt.to {
			t.Errorf("%q: expected %d to %d pixels, found %d", tt.text, tt.from, tt.to, w)
		}
	}
}
