package step

import (
	"maps"
	"slices"
	"strings"
)

// Seal names values that are secrets from the moment in which a step saves them, whatever they are made of (P4). mask
// registers such a value, and every other that is made of a secret, and tells whether it is found from then on.
func (v *Vars) Seal(names []string, mask func(name, text string) bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sealed, v.mask = names, mask
}

// isSealed tells whether what is saved under the name is a secret.
func (v *Vars) isSealed(name string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Contains(v.sealed, name)
}

// Pending tells whether a secret is to be saved under the name and has not been: whatever is shown may hold it.
func (v *Vars) Pending(name string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, saved := v.values[name]
	return !saved && slices.Contains(v.sealed, name)
}

// masked registers a secret before anything can show it.
func (v *Vars) masked(name, text string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.mask != nil && v.mask(name, text)
}

// guarded is the runner for judging an answer from which secrets are to be saved: those that are in it are masked already,
// before the first comparison, since a failed one shows the answer. Where one can't be told from the rest, nothing of the
// answer is shown: it may stand there in another form.
func (r *runner) guarded(save map[string]string, extract func(kind, arg string) (string, error)) *runner {
	guarded := *r
	for _, name := range slices.Sorted(maps.Keys(save)) {
		if !r.Vars.isSealed(name) {
			continue
		}
		kind, arg, _ := strings.Cut(save[name], ":")
		text, err := extract(kind, arg)
		if err != nil || len(text) > maxSaved || !r.Vars.masked(name, text) {
			guarded.hidden = append(guarded.hidden, name)
		}
	}
	return &guarded
}
