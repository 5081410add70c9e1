package app

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
)

// RewriteEnv writes an env file anew, a line for each key in the order of their last
// assignments: keys in set get that value and stand at the end, other keys that are the
// driver's alone (recipe.IsDriverKey) disappear, of all others the value as it was read
// and the modifiers are kept.
//
// Nothing of the text itself is: env files are read by several grammars, and where
// they differ (`export TYPE=x`, `TYPE =x`, quotes, references) abra would find
// another value than was judged (P5).
func RewriteEnv(text string, set map[string]string) (string, error) {
	sample, err := recipe.ParseEnv(".env.sample", text)
	if err != nil {
		return "", err
	}
	var own []recipe.Entry
	for _, key := range slices.Sorted(maps.Keys(set)) {
		own = append(own, recipe.Entry{Key: key, Value: set[key]})
	}
	// Once more with the driver's values in front: other lines refer to them ("$DOMAIN").
	env, err := recipe.ParseEnv(".env.sample", envText(own)+without(text, sample, set))
	if err != nil {
		return "", err
	}
	last := map[string]int{}
	for i, e := range env {
		last[e.Key] = i
	}
	var lines []recipe.Entry
	for i, e := range env {
		if _, own := set[e.Key]; !own && last[e.Key] == i && !recipe.IsDriverKey(e.Key) {
			lines = append(lines, e)
		}
	}
	lines = append(lines, own...)
	out := envText(lines)
	return out, readsBack(out, lines)
}

// without takes the lines of text away that assign a key of set.
func without(text string, sample recipe.Sample, set map[string]string) string {
	gone := map[int]bool{}
	for _, e := range sample {
		if _, own := set[e.Key]; own {
			gone[e.Line] = true
		}
	}
	var rest strings.Builder
	n := 0
	for line := range strings.Lines(text) {
		if n++; !gone[n] {
			rest.WriteString(line)
		}
	}
	return rest.String()
}

func envText(lines []recipe.Entry) string {
	var out strings.Builder
	for _, e := range lines {
		out.WriteString(e.Key + "=" + quoteEnv(e.Value) + modifiers(e.Modifiers) + "\n")
	}
	return out.String()
}

// readsBack holds what was written against what was meant.
func readsBack(text string, want []recipe.Entry) error {
	got, err := recipe.ParseEnv("env file", text)
	if err != nil {
		return err
	}
	if len(got) != len(want) {
		return fmt.Errorf("env file: expected %d variables, found %d", len(want), len(got))
	}
	for i, w := range want {
		if got[i].Key != w.Key || got[i].Value != w.Value {
			return fmt.Errorf("env file: %s: expected a value that survives being written, found %q", w.Key, w.Value)
		}
	}
	return nil
}

// modifiers are the comment from which abra takes how a secret is made.
func modifiers(m map[string]string) string {
	var words []string
	for _, key := range []string{"length", "charset", "generate"} {
		if v, ok := m[key]; ok {
			words = append(words, key+"="+v)
		}
	}
	if words == nil {
		return ""
	}
	return " # " + strings.Join(words, " ")
}

// typeLine gives the TYPE line of the env file that abra made. abra copies the sample,
// so that a line which names anything but the recipe is not abra's.
func typeLine(text, recipeName string) string {
	own := regexp.MustCompile(`^(TYPE|RECIPE)=` + regexp.QuoteMeta(recipeName) + `(:[A-Za-z0-9.+_-]+)?$`)
	found := "TYPE=" + recipeName
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); own.MatchString(line) {
			found = line
		}
	}
	return found
}

// plain needs no quotes in any grammar; reference is a "$" that could begin one.
var (
	plain     = regexp.MustCompile(`^[A-Za-z0-9_./:,@+-]*$`)
	reference = regexp.MustCompile(`\$([A-Za-z_{])`)
)

// quoteEnv writes a value so that abra reads it back unchanged. Single quotes keep
// all but themselves, a backslash (some grammars see an escape) and line ends.
func quoteEnv(v string) string {
	switch {
	case plain.MatchString(v):
		return v
	case !strings.ContainsAny(v, "'\\\n\r"):
		return "'" + v + "'"
	}
	v = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`).Replace(v)
	return `"` + reference.ReplaceAllString(v, `\$$$1`) + `"`
}
