package recipe

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The bounds of one env file: a value grows by `$VAR`, so that an unbounded one
// could double with every line.
const (
	maxEnvFile  = 256 << 10
	maxEnvValue = 64 << 10
	maxEnvTotal = 1 << 20 // of all values
)

// Entry is one assignment of an env file.
type Entry struct {
	Key       string
	Value     string            // with references to earlier lines filled in
	Line      int               // 1 is the first
	Modifiers map[string]string // of the trailing comment: length, charset, generate
}

// Sample is a parsed .env.sample, or an app's env file.
type Sample []Entry

var (
	envKey   = regexp.MustCompile(`^(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*`)
	envRef   = regexp.MustCompile(`\\?\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))`)
	modifier = regexp.MustCompile(`^(length|charset|generate)=(.*)$`)
)

// ParseEnv reads an env file by the grammar of contract section 4.1: KEY=value,
// comments, single quotes as they stand, double quotes and bare values with
// `$VAR` referring to earlier lines, modifiers in the trailing comment. name is
// for the errors, which say file, line, what was expected and what was found.
func ParseEnv(name, text string) (Sample, error) {
	if len(text) > maxEnvFile {
		return nil, fmt.Errorf("%s: expected at most %d bytes, found %d", name, maxEnvFile, len(text))
	}
	var s Sample
	seen := map[string]string{}
	line, total := 0, 0
	for rest := strings.ReplaceAll(text, "\r\n", "\n"); rest != ""; {
		line++
		trimmed := strings.TrimLeft(rest, " \t")
		if trimmed == "" || trimmed[0] == '\n' || trimmed[0] == '#' {
			_, rest, _ = strings.Cut(trimmed, "\n")
			continue
		}
		m := envKey.FindStringSubmatch(trimmed)
		if m == nil {
			found, _, _ := strings.Cut(trimmed, "\n")
			return nil, fmt.Errorf("%s:%d: expected KEY=value or a comment, found %.60q", name, line, found)
		}
		e := Entry{Key: m[1], Line: line}
		body := trimmed[len(m[0]):]
		after, err := e.readValue(body, seen)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %s: %w", name, line, e.Key, err)
		}
		if total += len(e.Value); total > maxEnvTotal {
			return nil, fmt.Errorf("%s:%d: %s: expected at most %d bytes of values", name, line, e.Key, maxEnvTotal)
		}
		line += strings.Count(body[:len(body)-len(after)], "\n")
		comment, next, _ := strings.Cut(after, "\n")
		if err := e.readComment(comment); err != nil {
			return nil, fmt.Errorf("%s:%d: %s: %w", name, line, e.Key, err)
		}
		seen[e.Key] = e.Value
		s = append(s, e)
		rest = next
	}
	return s, nil
}

// readValue takes the value from body and gives what stands behind it.
func (e *Entry) readValue(body string, seen map[string]string) (rest string, err error) {
	if body == "" {
		return "", nil
	}
	switch quote := body[0]; quote {
	case '\'':
		end := strings.IndexByte(body[1:], '\'')
		if end < 0 {
			return "", fmt.Errorf("expected a closing %c", quote)
		}
		e.Value = body[1 : 1+end]
		return body[end+2:], nil
	case '"':
		end := closing(body)
		if end < 0 {
			return "", fmt.Errorf("expected a closing %c", quote)
		}
		unescaped := strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\"`, `"`, `\\`, `\`).Replace(body[1:end])
		e.Value, err = expandRefs(unescaped, seen)
		return body[end+1:], err
	}
	line, _, _ := strings.Cut(body, "\n")
	value := line
	for i := range line {
		// A "#" begins a comment only after white space: passwords and URLs carry it inside.
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			value = line[:i]
			break
		}
	}
	e.Value, err = expandRefs(strings.TrimSpace(value), seen)
	return body[len(value):], err
}

func closing(body string) int {
	for i := 1; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

func expandRefs(value string, seen map[string]string) (string, error) {
	// A value can name a variable for each two of its bytes: the sum is bounded before it is built.
	size := len(value)
	for _, m := range envRef.FindAllStringSubmatch(value, -1) {
		size += len(seen[m[1]+m[2]])
	}
	if size > maxEnvValue {
		return "", fmt.Errorf("expected a value of at most %d bytes, found %d", maxEnvValue, size)
	}
	return envRef.ReplaceAllStringFunc(value, func(ref string) string {
		if ref[0] == '\\' {
			return ref[1:]
		}
		return seen[strings.Trim(ref, "${}")]
	}), nil
}

// readComment takes modifiers from "# length=20, charset=default generate=false".
func (e *Entry) readComment(rest string) error {
	comment := strings.TrimSpace(rest)
	if comment == "" {
		return nil
	}
	if comment[0] != '#' {
		return fmt.Errorf("expected a comment after the value, found %.60q", comment)
	}
	last := ""
	for _, word := range strings.FieldsFunc(comment[1:], func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
		if m := modifier.FindStringSubmatch(word); m != nil {
			if e.Modifiers == nil {
				e.Modifiers = map[string]string{}
			}
			last, e.Modifiers[m[1]] = m[1], m[2]
		} else if last == "charset" && strings.HasSuffix(word, "special") {
			e.Modifiers[last] += "," + word // a list of alphabets; anything else is prose
		}
	}
	return nil
}

// Map gives the file as variables; of a key that is set twice the last one counts.
func (s Sample) Map() map[string]string {
	env := make(map[string]string, len(s))
	for _, e := range s {
		env[e.Key] = e.Value
	}
	return env
}

// ComposeFiles gives the compose files that the file asks for, in order.
func (s Sample) ComposeFiles() []string { return composeFiles(s.Map()) }

// composeFiles gives the compose files that an app's environment asks for, in
// order and relative to the recipe: COMPOSE_FILE, else compose.yml.
func composeFiles(env map[string]string) []string {
	var files []string
	for f := range strings.SplitSeq(env["COMPOSE_FILE"], ":") {
		if f = strings.TrimSpace(f); f != "" {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		return []string{"compose.yml"}
	}
	return files
}

// SecretSpec is what a SECRET_<NAME>_VERSION line says of a secret.
type SecretSpec struct {
	Name    string // lower case, as in the swarm's <stack>_<name>_<version>
	Version string
	Length  int    // characters; 0: a passphrase of words
	Charset string // "" is the default alphabet
	Manual  bool   // generate=false: must be inserted by hand
}

var secretKey = regexp.MustCompile(`^SECRET_([A-Z0-9_]+)_VERSION$`)

// Secrets gives the secrets that the file declares, in its order.
func (s Sample) Secrets() []SecretSpec {
	var out []SecretSpec
	for _, e := range s {
		m := secretKey.FindStringSubmatch(e.Key)
		if m == nil {
			continue
		}
		length, _ := strconv.Atoi(e.Modifiers["length"]) // anything but a number is no length, as in abra
		out = append(out, SecretSpec{
			Name: strings.ToLower(m[1]), Version: e.Value, Length: length,
			Charset: e.Modifiers["charset"], Manual: e.Modifiers["generate"] == "false",
		})
	}
	return out
}

// IsDriverKey tells whether abra gives the variable a meaning of its own, so that
// the driver alone may set it in an app's env file (P5).
func IsDriverKey(key string) bool {
	switch key {
	case "STACK_NAME", "TYPE", "RECIPE", "DOMAIN", "COMPOSE_FILE", "LETS_ENCRYPT_ENV":
		return true
	}
	return strings.HasSuffix(key, "_CMDS")
}
