package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

// Diff gives what an update changes for operators: images, variables of .env.sample,
// secrets, configs, volumes, ports, services. Sorted by kind and name.
func Diff(u Update) []result.Change {
	var changes []result.Change
	compare := func(kind string, facts func(*recipe.Facts) map[string]string) {
		was, is := facts(u.Old), facts(u.New)
		names := slices.Sorted(maps.Keys(was))
		for name := range is {
			if _, had := was[name]; !had {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			if was[name] != is[name] {
				changes = append(changes, result.Change{Kind: kind, Name: shown(name), Was: shown(was[name]), Is: shown(is[name])})
			}
		}
	}
	compare("service", func(f *recipe.Facts) map[string]string {
		return each(f.Services, func(s recipe.Service) (string, string) { return s.Name, "there" })
	})
	compare("image", func(f *recipe.Facts) map[string]string {
		return each(f.Services, func(s recipe.Service) (string, string) { return s.Name, s.Image })
	})
	compare("variable", variables)
	compare("secret", func(f *recipe.Facts) map[string]string {
		return each(f.Secrets, func(s recipe.Secret) (string, string) { return s.Spec.Name, present(s.Spec.Version) })
	})
	compare("config", func(f *recipe.Facts) map[string]string {
		return each(f.Configs, func(c recipe.Config) (string, string) { return c.Key, present(c.Version) })
	})
	compare("volume", func(f *recipe.Facts) map[string]string {
		return each(f.Volumes, func(v recipe.Volume) (string, string) { return v.Key, "there" })
	})
	compare("port", ports)
	return changes
}

// shown is a recipe's text as a terminal and a page may have it.
func shown(s string) string { return finding.Printable(s, maxShown) }

const maxShown = 200 // bytes of a value

func each[T any](list []T, entry func(T) (name, value string)) map[string]string {
	m := map[string]string{}
	for _, item := range list {
		name, value := entry(item)
		m[name] = value
	}
	return m
}

// present gives a version, or a word where the name has none.
func present(version string) string {
	if version == "" {
		return "there"
	}
	return version
}

// variables are the sample's lines; what cc-ci and abra set themselves is left out.
func variables(f *recipe.Facts) map[string]string {
	m := map[string]string{}
	for _, e := range f.Sample {
		if !recipe.IsDriverKey(e.Key) && !(strings.HasPrefix(e.Key, "SECRET_") && strings.HasSuffix(e.Key, "_VERSION")) {
			m[e.Key] = present(e.Value)
		}
	}
	return m
}

func ports(f *recipe.Facts) map[string]string {
	m := map[string]string{}
	for _, s := range f.Config.Services {
		for _, p := range s.Ports {
			m[fmt.Sprintf("%s:%d/%s", s.Name, p.Target, p.Protocol)] = fmt.Sprintf("published as %d", p.Published)
		}
	}
	return m
}
