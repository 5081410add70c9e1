package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Problem is one reason why a plan can't be run.
type Problem struct {
	Place string // path inside the plan, "state.verify[0].http.expect"; empty: the plan as a whole
	Text  string // what was expected and what was found
}

func (p Problem) String() string {
	if p.Place == "" {
		return p.Text
	}
	return p.Place + ": " + p.Text
}

// InvalidError says that a plan was refused, and names every reason. Callers end with exit code 2.
type InvalidError struct {
	Problems []Problem // at least one
}

func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Decode reads one plan. It accepts what lib/plan.nix renders and nothing else: a missing or
// unknown field, a step with two keys, a verify list without an expectation or a `${name}` that
// nothing saves gives an *InvalidError.
func Decode(b []byte) (*Plan, error) {
	raw, err := parse(b)
	if err != nil {
		return nil, err
	}
	if found := shape(raw); len(found) > 0 {
		return nil, &InvalidError{found}
	}
	p := new(Plan)
	if err := json.Unmarshal(b, p); err != nil {
		return nil, invalid("", "%v", err)
	}
	if found := check(p); len(found) > 0 {
		return nil, &InvalidError{found}
	}
	return p, nil
}

// DecodeSteps reads a list of steps that stands alone: a step file of a recipe's own tests (S4).
// The vocabulary is the plan's, but for `${secret:...}`: such a file is the pull request's. At least one
// step must expect something. The error is an *InvalidError.
func DecodeSteps(b []byte) ([]Step, error) {
	raw, err := parse(b)
	if err != nil {
		return nil, err
	}
	var s shaper
	s.value("", raw, reflect.TypeFor[[]Step]())
	if s.secrets("", raw); len(s.found) > 0 {
		return nil, &InvalidError{s.found}
	}
	var steps []Step
	if err := json.Unmarshal(b, &steps); err != nil {
		return nil, invalid("", "%v", err)
	}
	c := new(checker)
	c.steps("", steps, builtinScope())
	c.want(slices.ContainsFunc(steps, Step.expects), "", "expected at least one expectation, found none: a list that expects nothing proves nothing")
	if len(c.found) > 0 {
		return nil, &InvalidError{c.found}
	}
	return steps, nil
}

// secrets refuses every text in v that names a secret.
func (s *shaper) secrets(place string, v any) {
	switch v := v.(type) {
	case string:
		_, _ = Expand(v, func(name string) (string, error) { // other mistakes are the checker's to tell
			if strings.HasPrefix(name, SecretPrefix) {
				s.add(place, "expected no secret of the app, found `${%s}`: tests of the recipe's repository get none", name)
			}
			return "", nil
		})
	case []any:
		for i, item := range v {
			s.secrets(fmt.Sprintf("%s[%d]", place, i), item)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			s.secrets(join(place, key), v[key])
		}
	}
}

// parse reads exactly one JSON value and keeps numbers as they were written.
func parse(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return nil, invalid("", "expected JSON, found %v at byte %d", syntax, syntax.Offset)
		}
		return nil, invalid("", "expected JSON, found %v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, invalid("", "expected one JSON value, found more after it")
	}
	return v, nil
}

func invalid(place, format string, args ...any) *InvalidError {
	return &InvalidError{[]Problem{{place, fmt.Sprintf(format, args...)}}}
}

// UnmarshalJSON reads an element's finder; a bare string is CSS.
func (a *At) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		*a = At{}
		return json.Unmarshal(b, &a.CSS)
	}
	type plain At
	return json.Unmarshal(b, (*plain)(a))
}
