package lint

import (
	"cmp"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
)

func lightweightTag(in Input, add Add) {
	var light []string
	for _, t := range slices.Backward(in.Tags) { // the newest first: the list is cut
		if !t.Annotated {
			light = append(light, t.Name)
		}
	}
	if len(light) > 0 {
		add("tags", "lightweight: %s", strings.Join(light, ", "))
	}
}

func versionLabel(in Input, add Add) {
	const place = "label coop-cloud.${STACK_NAME}.version"
	if in.Facts.Version == "" {
		add(place, "it is missing")
		return
	}
	label, err := recipe.ParseVersion(in.Facts.Version)
	if err != nil {
		add(place, "%v", err)
		return
	}
	var own []string
	for _, t := range in.Tags {
		if t.Commit == in.Commit {
			own = append(own, t.Name)
		}
	}
	if len(own) > 0 && !slices.Contains(own, in.Facts.Version) {
		add(place, "it says %s and the commit's tag is %s", in.Facts.Version, strings.Join(own, ", "))
	}
	if len(own) > 0 || len(in.Tags) == 0 {
		return // an old release is older than the newest
	}
	if newest := in.Tags[len(in.Tags)-1]; label.Compare(newest.Version) < 0 {
		add(place, "it says %s and %s is published", in.Facts.Version, newest.Name)
	}
}

func configUnversioned(in Input, add Add) {
	for _, u := range in.Updates {
		for _, c := range u.New.Configs {
			i := slices.IndexFunc(u.Old.Configs, func(o recipe.Config) bool { return o.Name == c.Name })
			if i < 0 || c.External || c.Digest == u.Old.Configs[i].Digest {
				continue
			}
			add("config "+c.Key, "its file changed since %s and its version is %s in both", u.From, cmp.Or(c.Version, "missing"))
		}
	}
}

func variableUnset(in Input, add Add) {
	for _, name := range in.Facts.Needs() {
		if _, set := in.Facts.Environment[name]; !set {
			add("variable "+name, "no default, and no line in .env.sample")
		}
	}
}
