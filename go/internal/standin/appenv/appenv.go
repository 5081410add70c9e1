// Package appenv reads and edits an app's env file as abra does: KEY=value lines,
// references to earlier lines, and modifiers in the trailing comment of a line
// (abra contract 4.1).
//
// Contract: Parse keeps no reference to its input. Values refer to earlier lines of
// the same file only, never to this process's environment. Unset names give "".
package appenv

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// Env is one parsed file.
type Env struct {
	Keys      []string                     // in the order of the file, each once
	Values    map[string]string            // the last assignment wins
	Modifiers map[string]map[string]string // key -> modifier -> value, e.g. SECRET_X_VERSION -> length -> 32
}

// Get gives a value, "" where the key isn't set.
func (e Env) Get(key string) string { return e.Values[key] }

// Load reads the file at path.
func Load(path string) (Env, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Env{}, err
	}
	env, err := Parse(string(b))
	if err != nil {
		return Env{}, fmt.Errorf("%s:%w", path, err)
	}
	return env, nil
}

var (
	assignment = regexp.MustCompile(`^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(.*)$`)
	reference  = regexp.MustCompile(`\\?\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))`)
)

// Parse reads the text of an env file. The error names the line (from 1).
func Parse(text string) (Env, error) {
	env := Env{Values: map[string]string{}, Modifiers: map[string]map[string]string{}}
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, "\r")
		if t := strings.TrimSpace(line); t == "" || t[0] == '#' {
			continue
		}
		m := assignment.FindStringSubmatch(line)
		if m == nil {
			return Env{}, fmt.Errorf("%d: expected KEY=value, a comment or nothing", n+1)
		}
		value, comment, err := env.value(m[2])
		if err != nil {
			return Env{}, fmt.Errorf("%d: %s: %w", n+1, m[1], err)
		}
		if _, seen := env.Values[m[1]]; !seen {
			env.Keys = append(env.Keys, m[1])
		}
		env.Values[m[1]] = value
		if mods := modifiers(comment); mods != nil {
			env.Modifiers[m[1]] = mods
		}
	}
	return env, nil
}

// value splits what stands right of "=" into the expanded value and the comment.
func (e Env) value(raw string) (value, comment string, err error) {
	if raw == "" {
		return "", "", nil
	}
	quote := raw[0]
	if quote != '"' && quote != '\'' {
		value, comment = raw, ""
		if i := commentStart(raw); i >= 0 {
			value, comment = raw[:i], raw[i+1:]
		}
		return e.expand(strings.TrimSpace(value)), comment, nil
	}
	end := closing(raw, quote)
	if end < 0 {
		return "", "", fmt.Errorf("unterminated %c", quote)
	}
	value = raw[1:end]
	rest := strings.TrimSpace(raw[end+1:])
	if rest != "" && rest[0] != '#' {
		return "", "", fmt.Errorf("text after the closing %c", quote)
	}
	if quote == '"' {
		value = unescape(e.expand(value))
	}
	return value, strings.TrimPrefix(rest, "#"), nil
}

// commentStart finds a # at the start or after white space: "a#b" is a value.
func commentStart(s string) int {
	for i := range len(s) {
		if s[i] == '#' && (i == 0 || s[i-1] == ' ' || s[i-1] == '\t') {
			return i
		}
	}
	return -1
}

func closing(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		if s[i] == '\\' && quote == '"' {
			i++
			continue
		}
		if s[i] == quote {
			return i
		}
	}
	return -1
}

func (e Env) expand(s string) string {
	return reference.ReplaceAllStringFunc(s, func(ref string) string {
		if ref[0] == '\\' {
			return ref[1:]
		}
		return e.Values[strings.Trim(ref, "${}")]
	})
}

var unescape = strings.NewReplacer(`\n`, "\n", `\"`, `"`, `\\`, `\`).Replace

// modifiers reads "length=32, charset=special" and gives nil for a comment in words.
func modifiers(comment string) map[string]string {
	var out map[string]string
	for _, word := range strings.FieldsFunc(comment, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
		k, v, ok := strings.Cut(word, "=")
		if !ok || k == "" {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[k] = v
	}
	return out
}
