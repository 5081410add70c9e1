package localtest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// What a report may hold; it is written by the tests.
const (
	maxReport = 4 << 20 // bytes
	maxCases  = 1000
	maxDepth  = 16
)

// testCase is one test of a JUnit report.
type testCase struct {
	class, name string
	took        time.Duration
	outcome     result.Outcome
	why         string // of a test that did not pass
}

// parseReport reads pytest's JUnit XML. A document type is refused, so no entity is ever
// expanded; depth, number and size are bounded; what it doesn't know is passed over.
func parseReport(b []byte) ([]testCase, error) {
	if len(b) > maxReport {
		return nil, fmt.Errorf("expected a JUnit report of at most %d MiB, found more", maxReport>>20)
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	var r reader
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return r.cases, nil
		}
		if err == nil {
			err = r.take(token)
		}
		if err != nil {
			return nil, fmt.Errorf("expected a JUnit report: %w", err)
		}
	}
}

type reader struct {
	depth int
	open  *testCase
	cases []testCase
}

func (r *reader) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.Directive:
		return errors.New("found a document type")
	case xml.StartElement:
		if r.depth++; r.depth > maxDepth {
			return fmt.Errorf("found elements deeper than %d", maxDepth)
		}
		r.start(t)
	case xml.EndElement:
		r.depth--
		if t.Name.Local != "testcase" || r.open == nil {
			return nil
		}
		if len(r.cases) == maxCases {
			return fmt.Errorf("found more than %d tests", maxCases)
		}
		r.cases = append(r.cases, *r.open)
		r.open = nil
	}
	return nil
}

func (r *reader) start(e xml.StartElement) {
	switch kind := e.Name.Local; {
	case kind == "testcase":
		seconds, _ := strconv.ParseFloat(attr(e, "time"), 64) // no figure: no time
		r.open = &testCase{class: attr(e, "classname"), name: attr(e, "name"), outcome: result.Pass}
		if seconds > 0 && seconds < 1e6 {
			r.open.took = time.Duration(seconds * float64(time.Second))
		}
	case r.open == nil:
	case kind == "failure" || kind == "error":
		r.open.outcome, r.open.why = result.Fail, attr(e, "message")
	case kind == "skipped" && r.open.outcome == result.Pass:
		r.open.outcome, r.open.why = result.NotRun, "skipped: "+attr(e, "message")
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// place names a test as pytest does, "test_notes.py::TestFiles::test_upload": the class
// name of a report is the module's dotted path and then the classes.
func (c testCase) place(file string) string {
	module := strings.ReplaceAll(strings.TrimSuffix(file, ".py"), "/", ".")
	name := "local." + file
	if classes, ok := strings.CutPrefix(c.class, module+"."); ok {
		name += "::" + strings.ReplaceAll(classes, ".", "::")
	}
	if c.name != "" && (c.name != module || c.class != "") {
		name += "::" + c.name
	}
	return name
}
