package recipe

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

var (
	// composeRef is a variable of a compose file: $NAME, ${NAME}, ${NAME:-default}, ${NAME?message}; "$$" is a dollar.
	composeRef = regexp.MustCompile(`\$(?:\$|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(:?[-?])?[^}]*\})`)
	// offered is a line of an env sample that an operator may make active.
	offered = regexp.MustCompile(`(?m)^[ \t]*#+[ \t]*([A-Za-z_][A-Za-z0-9_]*)=`)
)

// needs is what compose files use without a default.
type needs struct {
	used    map[string]bool // ${NAME}, ${NAME?message}
	handed  map[string]bool // "NAME" alone in a service's environment
	offered map[string]bool // lines of the sample that are commented out: optional by custom
}

// Needs gives, sorted, the variables that the active compose files use without a
// default, whether the environment has them or not. One that the sample offers in a
// line that is commented out is optional and not among them; one that is only handed
// on to a container counts where the sample has an active line for it.
func (f *Facts) Needs() []string {
	names := maps.Clone(f.needs.used)
	for _, e := range f.Sample {
		if f.needs.handed[e.Key] {
			names[e.Key] = true
		}
	}
	maps.DeleteFunc(names, func(name string, _ bool) bool { return f.needs.offered[name] })
	return slices.Sorted(maps.Keys(names))
}

// offer reads the sample for lines that are commented out.
func (n *needs) offer(sample string) {
	n.offered = map[string]bool{}
	for _, m := range offered.FindAllStringSubmatch(sample, -1) {
		n.offered[m[1]] = true
	}
}

// read takes in one compose file as it is written.
func (n *needs) read(config map[string]any) {
	if n.used == nil {
		n.used, n.handed = map[string]bool{}, map[string]bool{}
	}
	n.walk(config)
	services, _ := config["services"].(map[string]any)
	for _, s := range services {
		service, _ := s.(map[string]any)
		n.hand(service["environment"])
	}
}

func (n *needs) walk(v any) {
	switch v := v.(type) {
	case string:
		for _, m := range composeRef.FindAllStringSubmatch(v, -1) {
			if name := m[1] + m[2]; name != "" && !strings.HasSuffix(m[3], "-") {
				n.used[name] = true
			}
		}
	case []any:
		for _, item := range v {
			n.walk(item)
		}
	case map[string]any:
		for _, item := range v {
			n.walk(item)
		}
	}
}

func (n *needs) hand(environment any) {
	switch env := environment.(type) {
	case []any:
		for _, item := range env {
			if name, ok := item.(string); ok && !strings.Contains(name, "=") {
				n.handed[name] = true
			}
		}
	case map[string]any:
		for name, value := range env {
			if value == nil {
				n.handed[name] = true
			}
		}
	}
}
