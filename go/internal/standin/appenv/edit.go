package appenv

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// Set gives text with the first line that assigns key changed to value, or with such
// a line at its end. Comments, order and all other lines stay.
func Set(text, key, value string) string {
	line := regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(key) + `\s*=.*$`)
	done := false
	out := line.ReplaceAllStringFunc(text, func(old string) string {
		if done {
			return old
		}
		done = true
		return key + "=" + value
	})
	if done {
		return out
	}
	if out != "" && !strings.HasSuffix(out, "\n") {
		out += "\n"
	}
	return out + key + "=" + value + "\n"
}

var typeLine = regexp.MustCompile(`(?m)^(TYPE|RECIPE)=[ \t]*"?([^":\s#]+)(:[^"\s#]*)?"?`)

// WriteVersion sets the version in the TYPE (or RECIPE) line of the file at path.
// A file without such a line is an error.
func WriteVersion(path, version string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !typeLine.Match(b) {
		return fmt.Errorf("%s: expected a line TYPE=<recipe>[:<version>], found none", path)
	}
	out := typeLine.ReplaceAllFunc(b, func(line []byte) []byte {
		m := typeLine.FindSubmatch(line)
		return fmt.Appendf(nil, "%s=%s:%s", m[1], m[2], version)
	})
	return os.WriteFile(path, out, 0o664)
}

// Recipe gives the recipe and the version of the TYPE or RECIPE line; the version is
// "" where there is none. The mark of a dirty tree, "+U", is dropped.
func (e Env) Recipe() (recipe, version string, err error) {
	text := e.Get("TYPE")
	if text == "" {
		text = e.Get("RECIPE")
	}
	if text == "" {
		return "", "", fmt.Errorf("expected TYPE=<recipe>[:<version>], found none")
	}
	recipe, version, _ = strings.Cut(text, ":")
	return recipe, strings.TrimSuffix(version, "+U"), nil
}
