package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"testing"
	"unicode/utf8"

	"coopcloud.tech/cc-ci/internal/golden"
)

func TestJUnit(t *testing.T) {
	for name, s := range samples() {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := JUnit(&b, s.result); err != nil {
				t.Fatal(err)
			}
			validJUnit(t, b.Bytes())
			if name != "hostile" { // its megabyte of x proves nothing more in a golden file
				golden.Compare(t, "testdata/"+name+".junit.xml", b.String())
			}
		})
	}
}

// children is which element may stand in which, in this order: what the readers of Jenkins
// (xunit plugin), GitLab and Gitea have in common.
var children = map[string][]string{
	"":           {"testsuites"},
	"testsuites": {"testsuite"},
	"testsuite":  {"properties", "testcase", "system-out"},
	"properties": {"property"},
	"testcase":   {"skipped", "error", "failure"},
}

func validJUnit(t *testing.T, doc []byte) {
	t.Helper()
	if !utf8.Valid(doc) {
		t.Fatal("expected UTF-8")
	}
	structure(t, doc)
	var got suites
	if err := xml.Unmarshal(doc, &got); err != nil {
		t.Fatal(err)
	}
	var tests, failures, errs int
	for _, s := range got.Suites {
		var again suite
		for _, c := range s.Cases {
			again.add(c)
		}
		if again.Tests != s.Tests || again.Failures != s.Failures || again.Errors != s.Errors || again.Skipped != s.Skipped {
			t.Errorf("suite %.20q: its counts differ from its cases", s.Name)
		}
		if s.Tests == 0 {
			t.Errorf("suite %.20q: expected at least one case", s.Name)
		}
		tests, failures, errs = tests+s.Tests, failures+s.Failures, errs+s.Errors
	}
	if got.Tests != tests || got.Failures != failures || got.Errors != errs {
		t.Error("testsuites: its counts differ from its suites")
	}
	noControls(t, string(doc))
}

func structure(t *testing.T, doc []byte) {
	t.Helper()
	d, stack := xml.NewDecoder(bytes.NewReader(doc)), []string{""}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if parent := stack[len(stack)-1]; !slices.Contains(children[parent], e.Name.Local) {
				t.Errorf("<%s> in <%s>: expected one of %q", e.Name.Local, parent, children[parent])
			}
			stack = append(stack, e.Name.Local)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		}
	}
}
