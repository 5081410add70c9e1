package app

import (
	"context"
	"errors"
	"strings"

	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/lint"
	"coopcloud.tech/cc-ci/internal/policy"
	"coopcloud.tech/cc-ci/internal/result"
)

// Judge lets the policy speak about a version before it is deployed (P5). The error
// is the recipe's fault and names every refusal; the findings are for the result.
func (a *App) Judge(v Version) ([]result.Finding, error) {
	_, exceptions := lint.Split(a.Plan.Exceptions)
	found := policy.Check(v.Facts, a.own(), exceptions)
	return found, refusal(found)
}

// judgeMade holds what the deploy made against the same rules: what the compose files
// hid from the loader, or abra added, shows here.
func (a *App) judgeMade(ctx context.Context) error {
	made, err := a.Engine.Made(ctx, a.Names.Stack)
	if err != nil {
		return err
	}
	return refusal(policy.Created(policy.Engine(made), a.own(), a.Plan.Exceptions))
}

// own is what belongs to the run.
func (a *App) own() policy.Run {
	return policy.Run{ID: a.Run, Stack: a.Names.Stack, Hosts: a.Hosts(), Network: a.Site.Network}
}

// refusal is the fault that the policy's refusals make, nil where there is none.
func refusal(found []result.Finding) error {
	if !policy.Refused(found) {
		return nil
	}
	var places []string
	for _, f := range found {
		if f.Severity == finding.Refuse && f.Accepted == "" {
			places = append(places, f.ID+": "+f.Place+": "+f.Text)
		}
	}
	return result.Fault(errors.New("policy: " + strings.Join(places, "; ")))
}
