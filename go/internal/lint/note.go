package lint

import (
	"fmt"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/result"
)

// Draft gives a release note to begin with, in Markdown: what is new, and what operators
// have to do before and after `abra app upgrade`. "" where nothing changes for them.
func Draft(u Update, changes []result.Change) string {
	var news, todo []string
	added := func(list *[]string, format string, args ...any) {
		*list = append(*list, "- "+fmt.Sprintf(format, args...))
	}
	needed := newVariables(u)
	for _, c := range changes {
		switch {
		case c.Kind == "image" && c.Was != "" && c.Is != "":
			added(&news, "%s: `%s` is now `%s`", c.Name, c.Was, c.Is)
		case c.Kind == "service" && c.Was == "":
			added(&news, "new service %s", c.Name)
		case c.Kind == "service":
			added(&news, "the service %s is gone", c.Name)
		case c.Kind == "variable" && slices.Contains(needed, c.Name):
			added(&todo, "add `%s=%s` to the app's settings (`abra app config`): it has no default", c.Name, shown(u.New.Sample.Map()[c.Name]))
		case c.Kind == "variable" && c.Was == "":
			added(&news, "new setting `%s`", c.Name)
		case c.Kind == "variable" && c.Is == "":
			added(&news, "the setting `%s` is gone", c.Name)
		case c.Kind == "secret" && c.Was == "":
			added(&todo, "%s", newSecretAdvice(u, c.Name))
		case c.Kind == "volume" && c.Is == "":
			added(&todo, "the volume %s is used no longer; its data stays until somebody removes it", c.Name)
		case c.Kind == "port" && c.Was == "":
			added(&todo, "open the port of %s, %s", c.Name, c.Is)
		}
	}
	var parts []string
	if len(news) > 0 {
		parts = append(parts, strings.Join(news, "\n"))
	}
	if len(todo) > 0 {
		parts = append(parts, "Operators must act:\n\n"+strings.Join(todo, "\n"))
	}
	return strings.Join(parts, "\n\n")
}

// newSecretAdvice names the command that makes a new secret (contract section 4).
func newSecretAdvice(u Update, name string) string {
	for _, s := range u.New.Secrets {
		if s.Spec.Name == name && s.Spec.Manual {
			return fmt.Sprintf("insert the secret %s by hand: `abra app secret insert <domain> %s %s <value>`", name, name, s.Spec.Version)
		}
	}
	return fmt.Sprintf("generate the secret %s: `abra app secret generate <domain> --all`", name)
}
