package recipe

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"time"

	"coopcloud.tech/cc-ci/internal/site"
)

// apply puts one machine override into the file and says what it changed.
func (file *overlayFile) apply(f *Facts, m site.Override, at AppHosts) (string, error) {
	if m.HealthInterval != "" {
		if d, err := time.ParseDuration(m.HealthInterval); err != nil || d <= 0 {
			return "", fmt.Errorf("site override %s: healthInterval: expected a duration such as \"1s\", found %q", m.Name, m.HealthInterval)
		}
	}
	var modes, checks, hosts int
	var images []string
	for _, s := range f.Services {
		o := file.Services[s.Name]
		if m.EndpointMode != "" {
			o.Deploy.EndpointMode = m.EndpointMode
			modes++
		}
		if m.HealthInterval != "" && s.HealthCheck {
			o.HealthCheck = &overlayCheck{Interval: m.HealthInterval}
			checks++
		}
		if image := replacement(m.Images, s.Image); image != "" && image != s.Image {
			o.Image = image
			images = append(images, s.Image+" -> "+image)
		}
		if m.RouterService != "" && at.reaches(f, s) {
			at.tell(&o)
			hosts++
		}
		file.Services[s.Name] = o
	}
	if hosts > 0 && at.CA != "" {
		file.Configs = map[string]overlayConfig{caConfig: {File: at.CA}}
	}
	return describe(m, modes, checks, hosts, images), nil
}

func describe(m site.Override, modes, checks, hosts int, images []string) string {
	var what string
	add := func(format string, args ...any) {
		if what != "" {
			what += ", "
		}
		what += fmt.Sprintf(format, args...)
	}
	if modes > 0 {
		add("endpoint mode %s (%d services)", m.EndpointMode, modes)
	}
	if checks > 0 {
		add("health check interval %s (%d services)", m.HealthInterval, checks)
	}
	if hosts > 0 {
		add("the run's hosts at the service %s (%d services)", m.RouterService, hosts)
	}
	slices.Sort(images)
	for _, i := range slices.Compact(images) {
		add("image %s", i)
	}
	if what == "" {
		return ""
	}
	if m.Reason != "" {
		what += " (" + m.Reason + ")"
	}
	return m.Name + ": " + what
}

// Images gives every image as it will be used on this machine, sorted.
func (o Overlay) Images(f *Facts) []string {
	var images []string
	for _, image := range f.Images() {
		used := image
		for _, m := range o.Site {
			if to := replacement(m.Images, image); to != "" && o.concerns(m) {
				used = to
			}
		}
		images = append(images, used)
	}
	slices.Sort(images)
	return slices.Compact(images)
}

// concerns tells whether a machine override is meant for this recipe.
func (o Overlay) concerns(m site.Override) bool {
	return len(m.Recipes) == 0 || slices.Contains(m.Recipes, o.Recipe)
}

// replacement finds an image in the table: as written, else by the longest
// pattern that matches ("nginx:*"; "*" doesn't cross a "/").
func replacement(images map[string]string, image string) string {
	if to, ok := images[image]; ok {
		return to
	}
	patterns := slices.SortedFunc(maps.Keys(images), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	for _, p := range patterns {
		if ok, err := path.Match(p, image); err == nil && ok {
			return images[p]
		}
	}
	return ""
}
