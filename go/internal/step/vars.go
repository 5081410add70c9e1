package step

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"coopcloud.tech/cc-ci/internal/plan"
)

// Vars holds the values that templates name: the builtins (plan.Builtins), what steps saved, and by `${secret:name}` the
// app's secrets. Values are never expanded again, so an app can't answer with a template. Safe for concurrent use.
type Vars struct {
	secret func(name string) (string, bool)

	mu     sync.Mutex
	values map[string]value
}

type value struct {
	text   string
	secret bool // made of a secret
}

// NewVars gives Vars with the builtins known. The secret function is App.Secret.
func NewVars(builtins map[string]string, secret func(name string) (string, bool)) *Vars {
	v := &Vars{secret: secret, values: map[string]value{}}
	for name, text := range builtins {
		v.Set(name, text)
	}
	return v
}

// Set saves a value under a name.
func (v *Vars) Set(name, text string) { v.set(name, text, false) }

func (v *Vars) set(name, text string, secret bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.values[name] = value{text, secret}
}

// Get gives a saved value.
func (v *Vars) Get(name string) (string, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	val, ok := v.values[name]
	return val.text, ok
}

// Expand resolves a template (plan.Expand). The text may then hold a secret: it is for the app alone, never for an
// event or a result. Errors wrap ErrPlan.
func (v *Vars) Expand(template string) (string, error) {
	text, _, err := v.expand(template)
	return text, err
}

// expand tells also whether a secret went into the text.
func (v *Vars) expand(template string) (text string, secret bool, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	text, err = plan.Expand(template, func(name string) (string, error) {
		val, err := v.lookup(name)
		secret = secret || val.secret
		return val.text, err
	})
	if err != nil {
		return "", false, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	return text, secret, nil
}

func (v *Vars) lookup(name string) (value, error) {
	if secret, ok := strings.CutPrefix(name, plan.SecretPrefix); ok {
		if v.secret != nil {
			if text, ok := v.secret(secret); ok {
				return value{text, true}, nil
			}
		}
		return value{}, fmt.Errorf("`${%s}`: the app has no secret of this name", name)
	}
	val, ok := v.values[name]
	if !ok {
		known := slices.Sorted(maps.Keys(v.values))
		return value{}, fmt.Errorf("`${%s}` is not known; known here: %s", name, strings.Join(known, ", "))
	}
	return val, nil
}

// expandAll expands the values of m.
func (v *Vars) expandAll(m map[string]string) (map[string]string, error) {
	out := make(map[string]string, len(m))
	for name, template := range m {
		text, err := v.Expand(template)
		if err != nil {
			return nil, err
		}
		out[name] = text
	}
	return out, nil
}
