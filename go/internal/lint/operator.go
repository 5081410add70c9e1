package lint

import (
	"fmt"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
)

// act notes what an upgrade asks of an operator beyond the command itself (S11). Each is
// shown with the release note.
func act(add Add, u Update, format string, args ...any) {
	note := "release note: " + u.Note
	if u.Note == "" {
		note = "no release note says so"
	}
	add("upgrade from "+u.From, "operators must act: %s; %s", fmt.Sprintf(format, args...), note)
}

func newVariable(in Input, add Add) {
	for _, u := range in.Updates {
		for _, name := range newVariables(u) {
			act(add, u, "new variable %s has no default%s", name, proposed(u.New.Sample, name))
		}
	}
}

func newSecret(in Input, add Add) {
	eachNewSecret(in, func(u Update, s recipe.SecretSpec) {
		key := "SECRET_" + strings.ToUpper(s.Name) + "_VERSION"
		if _, had := u.Old.Environment[key]; !s.Manual && !had && slices.Contains(u.New.Needs(), key) {
			act(add, u, "new secret %s: %s has no default, so its line must be added before the secret can be generated", s.Name, key)
		}
	})
}

func secretByHand(in Input, add Add) {
	eachNewSecret(in, func(u Update, s recipe.SecretSpec) {
		if s.Manual {
			act(add, u, "new secret %s has to be inserted by hand (generate=false)", s.Name)
		}
	})
}

func composeFiles(in Input, add Add) {
	for _, u := range in.Updates {
		was, is := u.Old.Sample.ComposeFiles(), u.New.Sample.ComposeFiles()
		if !slices.Equal(was, is) {
			act(add, u, "COMPOSE_FILE is %s in the new .env.sample and was %s", strings.Join(is, ":"), strings.Join(was, ":"))
		}
	}
}

// newVariables are those that the new version uses without a default, that the old one
// did not, and that the old version's environment lacks.
func newVariables(u Update) []string {
	before := u.Old.Needs()
	return slices.DeleteFunc(u.New.Needs(), func(name string) bool {
		_, set := u.New.Environment[name]
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

// eachNewSecret visits those that the old version does not have under any version.
func eachNewSecret(in Input, visit func(Update, recipe.SecretSpec)) {
	for _, u := range in.Updates {
		for _, s := range u.New.Secrets {
			known := slices.ContainsFunc(u.Old.Secrets, func(o recipe.Secret) bool { return o.Spec.Name == s.Spec.Name })
			if s.External && !known {
				visit(u, s.Spec)
			}
		}
	}
}
