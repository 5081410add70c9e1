package stage

import (
	"fmt"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

// act is the severity "operator must act".
const act = "act"

// operatorMustAct finds what an upgrade asks of an operator beyond the command itself
// (S11): a variable without a default, a secret to add or to insert by hand, another
// list of compose files. Each is shown with the release note.
func operatorMustAct(e Edge) []result.Finding {
	var found []result.Finding
	add := func(id, format string, args ...any) {
		text := "operators must act: " + fmt.Sprintf(format, args...)
		if e.Note == "" {
			text += "; no release note says so: write release/next"
		} else {
			text += "; release note: " + e.Note
		}
		found = append(found, result.Finding{ID: id, Severity: act, Place: "upgrade from " + e.Tag, Text: text})
	}
	for _, name := range newVariables(e) {
		add("new-variable", "new variable %s has no default%s", name, proposed(e.New.Facts.Sample, name))
	}
	for _, s := range newSecrets(e) {
		key := "SECRET_" + strings.ToUpper(s.Name) + "_VERSION"
		_, had := e.Old.Facts.Environment[key]
		switch {
		case s.Manual:
			add("secret-by-hand", "new secret %s has to be inserted by hand (generate=false)", s.Name)
		case !had && slices.Contains(e.New.Facts.Needs(), key):
			add("new-secret", "new secret %s: %s has no default, so its line must be added before the secret can be generated", s.Name, key)
		}
	}
	was, is := e.Old.Facts.Sample.ComposeFiles(), e.New.Facts.Sample.ComposeFiles()
	if !slices.Equal(was, is) {
		add("compose-files", "COMPOSE_FILE is %s in the new .env.sample and was %s", strings.Join(is, ":"), strings.Join(was, ":"))
	}
	return found
}

// newVariables are those that the new version uses without a default, that the old one
// did not, and that the old version's environment lacks.
func newVariables(e Edge) []string {
	before := e.Old.Facts.Needs()
	return slices.DeleteFunc(e.New.Facts.Needs(), func(name string) bool {
		_, set := e.New.Facts.Environment[name]
		return set || slices.Contains(before, name)
	})
}

// proposed tells of the value that the sample offers to new apps.
func proposed(sample recipe.Sample, name string) string {
	if value := sample.Map()[name]; value != "" {
		return fmt.Sprintf(" (.env.sample proposes %q, which no existing app has)", value)
	}
	return ""
}

// newSecrets are those that the old version does not have under any version.
func newSecrets(e Edge) []recipe.SecretSpec {
	var added []recipe.SecretSpec
	for _, s := range e.New.Facts.Secrets {
		known := slices.ContainsFunc(e.Old.Facts.Secrets, func(o recipe.Secret) bool { return o.Spec.Name == s.Spec.Name })
		if s.External && !known {
			added = append(added, s.Spec)
		}
	}
	return added
}

// secretNames are the names under which the sidecar keeps a version's secrets.
func secretNames(f *recipe.Facts) []string {
	var names []string
	for _, s := range f.Secrets {
		if s.External {
			names = append(names, s.Spec.Name)
		}
	}
	return names
}
