package converge

import (
	"context"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// sweep removes what earlier versions left: secrets that we name by their content, and configs
// of the stack, that no service uses any more.
func (v *service) sweep(ctx context.Context, w wanted) error {
	used, err := v.engine.Used(ctx)
	if err != nil {
		return err
	}
	all, err := v.engine.Objects(ctx)
	if err != nil {
		return err
	}
	for _, o := range all {
		if used[o.ID] || !v.old(o, w) {
			continue
		}
		if err := v.engine.Remove(ctx, o); err != nil {
			v.report.warn("%v; it will be tried again", err)
			continue
		}
		v.report.did("remove the old %s", o)
	}
	return nil
}

// old tells whether an object is an earlier version of one that this app has now.
func (v *service) old(o swarm.Object, w wanted) bool {
	switch o.Kind {
	case "config":
		return o.Stack == w.stack
	case "secret":
		return slices.ContainsFunc(w.secrets, func(s recipe.Secret) bool {
			_, ours := v.given[s.Spec.Name]
			version, earlier := strings.CutPrefix(o.Name, w.stack+"_"+s.Spec.Name+"_")
			return ours && earlier && o.Name != s.Name && !strings.Contains(version, "_")
		})
	}
	return false
}
