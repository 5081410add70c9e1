package step

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"coopcloud.tech/cc-ci/internal/result"
)

// maxSaved bounds a saved value, in bytes: it comes from the app and goes into later requests.
const maxSaved = 64 << 10

// saveAll extracts each value and saves it under its name. An empty one would make every later comparison with it hold.
func (r *runner) saveAll(save map[string]string, extract func(kind, arg string) (string, error)) error {
	for _, name := range slices.Sorted(maps.Keys(save)) {
		kind, arg, _ := strings.Cut(save[name], ":")
		text, err := extract(kind, arg)
		if errors.Is(err, ErrPlan) {
			return err
		}
		if err == nil && len(text) > maxSaved {
			err = fmt.Errorf("%d bytes, more than %d", len(text), maxSaved)
		}
		if err == nil && text == "" {
			err = errors.New("an empty value")
		}
		if err != nil {
			return &result.Failure{Expected: fmt.Sprintf("%s, to be saved as %s", save[name], name), Seen: r.cut(err.Error())}
		}
		r.Vars.Set(name, text)
	}
	return nil
}

// extract takes "header:NAME", "cookie:NAME", "body", "json:PATH" or "regex:EXPR" from an answer.
func (a answer) extract(kind, arg string) (string, error) {
	switch kind {
	case "header":
		if values := a.header.Values(arg); len(values) > 0 {
			return values[0], nil
		}
		return "", fmt.Errorf("status %d without this header", a.status)
	case "cookie":
		i := slices.IndexFunc(a.cookies, func(c *http.Cookie) bool { return c.Name == arg })
		if i < 0 {
			return "", fmt.Errorf("status %d without this cookie", a.status)
		}
		return a.cookies[i].Value, nil
	}
	if !a.whole {
		return "", fmt.Errorf("a body of more than %d MiB", MaxBody>>20)
	}
	if kind == "body" {
		return string(a.body), nil
	}
	return extractText(kind, arg, a.body)
}

// extract takes "stdout", "line:N" (the first is 1), "json:PATH" or "regex:EXPR" from a command's output.
func (o ExecResult) extract(kind, arg string) (string, error) {
	switch kind {
	case "stdout":
		return strings.TrimSpace(o.Stdout), nil
	case "line":
		n, err := strconv.Atoi(arg)
		if err != nil || n < 1 {
			return "", fmt.Errorf("%w: line: expected a number from 1 on, found %q", ErrPlan, arg)
		}
		lines := strings.Split(strings.TrimRight(o.Stdout, "\r\n"), "\n")
		if n > len(lines) {
			return "", fmt.Errorf("%d lines", len(lines))
		}
		return strings.TrimRight(lines[n-1], "\r"), nil
	}
	return extractText(kind, arg, []byte(o.Stdout))
}

func extractText(kind, arg string, text []byte) (string, error) {
	switch kind {
	case "json":
		value, err := jsonAt(text, arg)
		if err == nil && value == "null" { // as text it is found in most answers
			err = errors.New("null")
		}
		return value, err
	case "regex":
		return regexAt(text, arg)
	}
	return "", fmt.Errorf("%w: save: unknown source %q", ErrPlan, kind)
}

// regexAt gives the first group of the first match, the whole match where the expression has no group.
func regexAt(text []byte, expr string) (string, error) {
	re, err := regexp.Compile(expr)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrPlan, err)
	}
	match := re.FindSubmatch(text)
	if match == nil {
		return "", errors.New("no match")
	}
	return string(match[min(1, len(match)-1)]), nil
}

// jsonAt gives the value at a path of keys and positions ("items.0.id") as text: strings bare, numbers as they are
// written, objects and lists as compact JSON.
func jsonAt(body []byte, path string) (string, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var at any
	if err := d.Decode(&at); err != nil {
		return "", errors.New("no JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return "", errors.New("more than one JSON value")
	}
	for i, key := range strings.Split(path, ".") {
		next, ok := child(at, key)
		if !ok {
			return "", fmt.Errorf("nothing at %s", strings.Join(strings.Split(path, ".")[:i+1], "."))
		}
		at = next
	}
	switch v := at.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	}
	text, err := json.Marshal(at)
	return string(text), err
}

func child(at any, key string) (any, bool) {
	switch v := at.(type) {
	case map[string]any:
		next, ok := v[key]
		return next, ok
	case []any:
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(v) {
			return v[i], true
		}
	}
	return nil, false
}
