package app

import (
	"fmt"
	"maps"
	"strings"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/step"
)

// Known is what the templates of the app's plan know before any step has saved
// something: plan.Builtins, and what is given of the run's other apps.
func (a *App) Known() map[string]step.Value {
	known := map[string]step.Value{
		"domain": {Text: a.Names.Domain}, "base": {Text: "https://" + a.Names.Domain}, "stack": {Text: a.Names.Stack},
		"recipe": {Text: a.Plan.Recipe}, "run": {Text: a.Run},
	}
	maps.Copy(known, a.Given)
	return known
}

// fill expands a template of the env file. What a dependency's setup will save is no
// more than its name until then (`${idp.client_id}` is "idp-client_id"): the run reads
// the env file again afterwards. A secret is refused: the file is read by others.
func (a *App) fill(template string) (string, error) {
	known := a.Known()
	return plan.Expand(template, func(name string) (string, error) {
		v, ok := known[name]
		switch {
		case ok && v.Secret:
			return "", fmt.Errorf("%w: `${%s}` is a secret, and an env file is read by others: insert it by `secrets`", step.ErrPlan, name)
		case ok:
			return v.Text, nil
		case strings.Contains(name, "."):
			return strings.ReplaceAll(name, ".", "-"), nil
		}
		return "", fmt.Errorf("%w: `${%s}` is not known in an env file", step.ErrPlan, name)
	})
}

// host expands a template of a host or a URL, which plan.Decode has checked.
func (a *App) host(template string) string {
	known := a.Known()
	text, err := plan.Expand(template, func(name string) (string, error) { return known[name].Text, nil })
	if err != nil {
		return template
	}
	return text
}
