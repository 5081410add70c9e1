package report

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"coopcloud.tech/cc-ci/internal/golden"
)

func page(t *testing.T, s sample) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, s.result, s.files); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHTML(t *testing.T) {
	for name, s := range samples() {
		t.Run(name, func(t *testing.T) {
			got := page(t, s)
			noControls(t, got)
			validPage(t, got)
			if len(got) > 600_000 {
				t.Errorf("page: expected at most 600000 bytes, found %d", len(got))
			}
			if name != "hostile" {
				golden.Compare(t, "testdata/"+name+".html", strings.Replace(got, Style, "/* style.css */", 1))
			}
		})
	}
}

// void elements have no end tag.
var void = map[string]bool{"meta": true, "link": true, "img": true, "br": true}

// validPage wants a page whose tags nest and close, with unique names, no script, no inline
// style or handler, and no address that leaves it: the parser of browsers repairs in silence,
// so the tokens are read, not the tree.
func validPage(t *testing.T, doc string) {
	t.Helper()
	names, targets := map[string]bool{}, []string{}
	var open []string
	z := html.NewTokenizer(strings.NewReader(doc))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		token := z.Token()
		switch kind {
		case html.StartTagToken:
			targets = append(targets, attributes(t, token, names)...)
			if !void[token.Data] {
				open = append(open, token.Data)
			}
		case html.SelfClosingTagToken:
			attributes(t, token, names)
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("</%s> closes %v", token.Data, open)
			}
			open = open[:len(open)-1]
		}
	}
	if z.Err() != io.EOF || len(open) > 0 {
		t.Errorf("page: expected every element to be closed, found %v open, %v", open, z.Err())
	}
	for _, id := range targets {
		if !names[id] {
			t.Errorf("a link points at #%s, which does not exist", id)
		}
	}
}

// attributes checks one element and gives the names inside the page that it points at.
func attributes(t *testing.T, e html.Token, names map[string]bool) []string {
	t.Helper()
	allowed := "html head meta title link style body a header div span strong time main section h1 h2 h3 p dl dt dd i ol ul li " +
		"svg rect details summary table thead tbody tr th td figure figcaption img pre footer"
	if !strings.Contains(" "+allowed+" ", " "+e.Data+" ") {
		t.Errorf("element <%s> has no place in the page", e.Data)
	}
	var targets []string
	for _, a := range e.Attr {
		switch {
		case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
			t.Errorf("<%s %s>: inline styles and handlers are refused by the policy", e.Data, a.Key)
		case a.Key == "id":
			if names[a.Val] {
				t.Errorf("id %q is there twice", a.Val)
			}
			names[a.Val] = true
		case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
			targets = append(targets, a.Val[1:])
		case a.Key == "href" || a.Key == "src":
			if err := inside(a.Val); err != nil {
				t.Errorf("<%s %s>: %v", e.Data, a.Key, err)
			}
		}
	}
	return targets
}

func inside(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return err
	case u.Scheme == "data":
		return nil
	case u.IsAbs() || u.Host != "" || strings.HasPrefix(u.Path, "/") || strings.Contains(u.Path, ".."):
		return fmt.Errorf("expected an address beside the page, found %.80q", address)
	}
	return nil
}

func TestPageEmbedsPictures(t *testing.T) {
	got := page(t, redRun())
	if n := strings.Count(got, `<img src="data:image/png;base64,`); n != 2 {
		t.Errorf("pictures: expected 2, found %d", n)
	}
	first := got[:strings.Index(got, `id="timeline"`)]
	for _, want := range []string{"failed: upgrade 3.0.9", "status 500", "database files are incompatible", "exit 1", "data:image/png"} {
		if !strings.Contains(first, want) {
			t.Errorf("first screen: expected %q", want)
		}
	}
	got = page(t, hostile())
	for _, want := range []string{"expected a PNG or JPEG image, found text/", "leads out of the result"} {
		if !strings.Contains(got, want) {
			t.Errorf("refused pictures: expected %q", want)
		}
	}
}
