package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/redact"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/sidecar"
	"coopcloud.tech/cc-ci/internal/step"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// EnsureSecrets gives the swarm every secret that v asks for. Values that the sidecar
// has are put back, so that one set serves the whole run (P3); only the others are
// made: those to insert by hand as the plan says, the rest by abra. It gives the
// names of the secrets that were made now.
func (a *App) EnsureSecrets(ctx context.Context, v Version) ([]string, error) {
	have, err := a.existing(ctx)
	if err != nil {
		return nil, err
	}
	var made []string
	generate := false
	for _, s := range v.Facts.Secrets {
		if !s.External || have[s.Name] {
			continue
		}
		value, known := a.Secrets.Get(s.Spec.Name)
		switch {
		case known:
		case s.Spec.Manual, a.Plan.Secrets[s.Spec.Name].Value != "":
			if value, err = a.byHand(s.Spec); err != nil {
				return made, err
			}
			made = append(made, s.Spec.Name)
		default:
			generate = true
			continue
		}
		if err := a.insert(ctx, s.Spec, value); err != nil {
			return made, err
		}
	}
	if !generate {
		return made, nil
	}
	fresh, err := a.generate(ctx, v)
	return append(made, fresh...), err
}

// byHand makes the value of a secret that abra does not make, as an operator would
// by the recipe's instructions, or takes it from a dependency. One that the plan doesn't declare is the finding
// "operator must act" (S11).
func (a *App) byHand(s recipe.SecretSpec) (string, error) {
	spec, ok := a.Plan.Secrets[s.Name]
	if !ok {
		return "", result.Fault(fmt.Errorf("operator must act: secret %s has to be inserted by hand (generate=false); say how in the recipe's test: secrets.%s", s.Name, s.Name))
	}
	if spec.Value == "" {
		return sidecar.Generate(spec)
	}
	value, err := step.NewVars(a.Given, nil).Expand(spec.Value)
	if err == nil && value == "" {
		err = fmt.Errorf("secrets.%s: %s: the dependency's setup saved nothing", s.Name, spec.Value)
	}
	return value, err
}

// generate lets abra make what is missing. Values that its output doesn't tell are
// replaced by our own, made by the same rule (contract section 3.5).
func (a *App) generate(ctx context.Context, v Version) ([]string, error) {
	before, err := a.existing(ctx)
	if err != nil {
		return nil, err
	}
	told, err := a.Abra.SecretGenerate(ctx, a.Names.Domain)
	if err != nil {
		return nil, err
	}
	point.Generated.Reached()
	after, err := a.existing(ctx)
	if err != nil {
		return nil, err
	}
	var made []string
	for _, s := range v.Facts.Secrets {
		if !s.External || before[s.Name] || s.Spec.Manual {
			continue
		}
		made = append(made, s.Spec.Name)
		value, ok := told[s.Spec.Name]
		if ok && after[s.Name] {
			err = a.keep(s.Spec, value)
		} else {
			err = a.replace(ctx, s)
		}
		if err != nil {
			return made, err
		}
	}
	return made, nil
}

// replace puts a value of our own in the place of one that nobody told us.
func (a *App) replace(ctx context.Context, s recipe.Secret) error {
	objs, err := a.Engine.Objects(ctx)
	if err != nil {
		return err
	}
	for _, o := range objs {
		if o.Kind == "secret" && o.Name == s.Name {
			if err := a.Engine.Remove(ctx, o); err != nil {
				return err
			}
		}
	}
	value, err := sidecar.Generate(plan.InsertSecret{Kind: "alphanumeric", Length: s.Spec.Length})
	if err != nil {
		return err
	}
	return a.insert(ctx, s.Spec, value)
}

func (a *App) insert(ctx context.Context, s recipe.SecretSpec, value string) error {
	if err := a.keep(s, value); err != nil {
		return err
	}
	return a.Abra.SecretInsert(ctx, a.Names.Domain, s.Name, s.Version, value)
}

// keep registers a value with the masker before anything can print it, and then
// with the sidecar. One too short to mask is told in the result by the masker.
func (a *App) keep(s recipe.SecretSpec, value string) error {
	if err := a.Mask.Add(s.Name, value); err != nil && !errors.Is(err, redact.ErrShort) && !errors.Is(err, redact.ErrDictionary) {
		return err
	}
	err := a.Secrets.Put(s.Name, s.Version, value)
	point.Kept.Reached()
	return err
}

// existing names the swarm's secrets.
func (a *App) existing(ctx context.Context) (map[string]bool, error) {
	objs, err := a.Engine.Objects(ctx)
	if err != nil {
		return nil, err
	}
	own := slices.DeleteFunc(swarm.Of(objs, a.Names.Stack), func(o swarm.Object) bool { return o.Kind != "secret" })
	names := map[string]bool{}
	for _, o := range own {
		names[o.Name] = true
	}
	return names, nil
}
