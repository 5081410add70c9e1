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
	values map[string]Value
	sealed []string // names whose values are secrets
	mask   func(name, text string) bool
}

// Value is what a name stands for.
type Value struct {
	Text   string
	Secret bool // made of a secret: refused where others can read it
}

// NewVars gives Vars that know these values already. The secret function is App.Secret.
func NewVars(known map[string]Value, secret func(name string) (string, bool)) *Vars {
	return &Vars{secret: secret, values: maps.Clone(known)}
}

// Values gives everything that is known by a name now, secrets of the app left out.
func (v *Vars) Values() map[string]Value {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.values)
}

// Set saves a value under a name.
func (v *Vars) Set(name, text string) { v.set(name, text, false) }

func (v *Vars) set(name, text string, secret bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	secret = secret || slices.Contains(v.sealed, name)
	if secret && v.mask != nil {
		v.mask(name, text)
	}
	v.values[name] = Value{text, secret}
}

// Get gives a saved value.
func (v *Vars) Get(name string) (string, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	val, ok := v.values[name]
	return val.Text, ok
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
		secret = secret || val.Secret
		return val.Text, err
	})
	if err != nil {
		return "", false, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	return text, secret, nil
}

func (v *Vars) lookup(name string) (Value, error) {
	if secret, ok := strings.CutPrefix(name, plan.SecretPrefix); ok {
		if v.secret != nil {
			if text, ok := v.secret(secret); ok {
				return Value{text, true}, nil
			}
		}
		return Value{}, fmt.Errorf("`${%s}`: the app has no secret of this name", name)
	}
	val, ok := v.values[name]
	if !ok {
		known := slices.Sorted(maps.Keys(v.values))
		return Value{}, fmt.Errorf("`${%s}` is not known; known here: %s", name, strings.Join(known, ", "))
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
