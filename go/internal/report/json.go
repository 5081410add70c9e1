package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"coopcloud.tech/cc-ci/internal/result"
)

// JSON writes r as result.json: indented, one line end at the end, lists never null.
func JSON(w io.Writer, r result.Result) error {
	if r.Stages == nil {
		r.Stages = []result.Stage{}
	}
	if r.Identity.Images == nil {
		r.Identity.Images = map[string]string{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// What a reader of results may want to tell apart.
var (
	ErrNewer     = errors.New("newer schema")
	ErrTruncated = errors.New("truncated")
)

// maxResult bounds what Load reads, in bytes: a result is a verdict, its logs are files beside it.
const maxResult = 16 << 20

// Load reads a result.json. It gives ErrNewer for a schema that this program doesn't
// know, ErrTruncated for a file that ends early, both named with the file. Unknown fields
// of a known schema are let pass: fields may be added. A result may come from a machine
// that is not trusted, so outcomes must be known ones and evidence lie inside its folder.
func Load(path string) (result.Result, error) {
	f, err := os.Open(path)
	if err != nil {
		return result.Result{}, err
	}
	defer f.Close()
	return Read(f, path)
}

// Read is Load for a result that is not a file of its own; name stands in errors.
func Read(from io.Reader, name string) (result.Result, error) {
	b, err := io.ReadAll(io.LimitReader(from, maxResult+1))
	if err != nil {
		return result.Result{}, fmt.Errorf("%s: %w", name, err)
	}
	if len(b) > maxResult {
		return result.Result{}, fmt.Errorf("%s: expected at most %d bytes, found more", name, maxResult)
	}
	r, err := parse(b)
	if err != nil {
		return result.Result{}, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// parse judges the schema before anything else that may be wrong: a field of another type
// is what a newer schema may well have, and it doesn't keep the others from being read.
func parse(b []byte) (result.Result, error) {
	var r result.Result
	err := decode(b, &r)
	var other *json.UnmarshalTypeError
	if err != nil && !errors.As(err, &other) {
		return result.Result{}, err
	}
	switch {
	case r.Schema > result.Schema:
		return result.Result{}, fmt.Errorf("%w: result schema %d, this cc-ci reads up to %d: update cc-ci", ErrNewer, r.Schema, result.Schema)
	case r.Schema < 1:
		return result.Result{}, fmt.Errorf("schema: expected 1 to %d, found %d: not a result of cc-ci", result.Schema, r.Schema)
	case err != nil:
		return result.Result{}, err
	}
	return r, check(r)
}

// decode reads one JSON value and nothing after it.
func decode(b []byte, v any) error {
	err := json.Unmarshal(b, v)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax) && syntax.Offset >= int64(len(b)):
		return fmt.Errorf("%w after %d bytes: expected the end of a JSON object", ErrTruncated, len(b))
	case errors.As(err, &syntax):
		line := 1 + bytes.Count(b[:syntax.Offset], []byte("\n"))
		return fmt.Errorf("line %d: %w", line, err)
	}
	return err
}

var outcomes = []result.Outcome{result.Pass, result.Fail, result.Error, result.NotApplicable, result.NotRun}

func check(r result.Result) error {
	if !known(r.Outcome) {
		return unknown(r.Outcome, "outcome")
	}
	for i, s := range r.Stages {
		if !known(s.Outcome) {
			return unknown(s.Outcome, "stages[%d].outcome", i)
		}
		for j, step := range s.Steps {
			if !known(step.Outcome) {
				return unknown(step.Outcome, "stages[%d].steps[%d].outcome", i, j)
			}
		}
		for j, e := range s.Evidence {
			if !fs.ValidPath(e.File) {
				return fmt.Errorf("stages[%d].evidence[%d].file: expected a path inside the result's folder, found %q", i, j, e.File)
			}
		}
	}
	return nil
}

func known(o result.Outcome) bool { return slices.Contains(outcomes, o) }

func unknown(o result.Outcome, place string, at ...any) error {
	return fmt.Errorf("%s: expected one of %q, found %q", fmt.Sprintf(place, at...), outcomes, o)
}
