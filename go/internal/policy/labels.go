package policy

import (
	"path/filepath"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
)

func foreignLabel(a *ask, r *report) {
	eachLabel(a, func(l setting) {
		key := strings.ToLower(l.key)
		foreign := false
		switch {
		case l.key == recipe.RunLabel:
			foreign = !strings.HasPrefix(l.place, createdPlace) || l.value != a.run.ID
		case key == "com.docker.stack.namespace":
			foreign = !strings.HasPrefix(l.place, createdPlace) || l.value != a.run.Stack
		case key == "com.docker.stack.image":
			foreign = !strings.HasPrefix(l.place, createdPlace)
		case strings.HasPrefix(key, "com.docker."), strings.HasPrefix(key, "cc-ci."):
			foreign = true
		case strings.HasPrefix(key, "coop-cloud."):
			foreign = !strings.HasPrefix(key, "coop-cloud."+strings.ToLower(a.run.Stack)+".")
		case key == "backupbot.enabled":
			foreign = true
		}
		if foreign {
			r.add(l.place, "%s=%s", l.key, l.value)
		}
	})
}

// labelKey keeps keys to plain characters: Traefik folds case by Unicode's rules,
// in which a "ſ" is an "s", so that a key could pass here and count there. One that
// Traefik breaks down on is no plain key either.
func labelKey(a *ask, r *report) {
	eachLabel(a, func(l setting) {
		_, ok := recipe.TraefikKey(l.key)
		if !ok || strings.ContainsFunc(l.key, func(c rune) bool { return c <= ' ' || c > '~' }) {
			r.add(l.place, "%q", l.key)
		}
	})
}

func backupPath(a *ask, r *report) {
	for _, s := range a.services {
		for _, l := range s.labels {
			key := strings.ToLower(l.key)
			if !strings.HasPrefix(key, "backupbot.backup.volumes.") || !strings.HasSuffix(key, ".path") {
				continue
			}
			for p := range strings.SplitSeq(l.value, ",") {
				if p = strings.TrimSpace(p); p != "" && !filepath.IsLocal(p) {
					r.add(l.place, "path %s", p)
				}
			}
		}
	}
}
