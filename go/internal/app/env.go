package app

import (
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"
)

// assignment is an active line of an env file (contract section 4.1).
var assignment = regexp.MustCompile(`^\s*([A-Za-z_][A-Za-z0-9_]*)=`)

// hooks are keys by which abra runs functions of abra.sh around a deploy. They come
// from the driver alone (P5), and the driver sets none.
var hooks = regexp.MustCompile(`_CMDS$`)

// setEnv rewrites an app's env file: keys in set get that value, keys in drop and
// every hook disappear, all other lines stay as abra wrote them, comments included,
// because abra reads modifiers out of them.
func setEnv(path string, set map[string]string, drop ...string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("env file: %w", err)
	}
	text, err := rewriteEnv(string(b), set, drop)
	if err != nil {
		return fmt.Errorf("env file: %w", err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return fmt.Errorf("env file: %w", err)
	}
	return nil
}

func rewriteEnv(text string, set map[string]string, drop []string) (string, error) {
	gone := map[string]bool{}
	for _, k := range drop {
		gone[k] = true
	}
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		m := assignment.FindStringSubmatch(line)
		if m != nil {
			if _, own := set[m[1]]; own || gone[m[1]] || hooks.MatchString(m[1]) {
				continue
			}
		}
		out = append(out, line)
	}
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		v, err := quoteEnv(set[k])
		if err != nil {
			return "", fmt.Errorf("%s: %w", k, err)
		}
		out = append(out, k+"="+v)
	}
	return strings.Join(out, "\n") + "\n", nil
}

// quoteEnv writes a value so that abra reads it back unchanged: single quotes keep
// "$" and "#" as they are, and know no escapes.
func quoteEnv(v string) (string, error) {
	if strings.ContainsAny(v, "\n\r\x00") {
		return "", fmt.Errorf("expected one line, found %q", v)
	}
	if !strings.ContainsAny(v, " \t#$'\"\\`") {
		return v, nil
	}
	if strings.Contains(v, "'") {
		return "", fmt.Errorf("expected a value without a single quote, found %q", v)
	}
	return "'" + v + "'", nil
}
