package recipe

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/docker/cli/cli/compose/types"
)

// derive fills the short facts from the merged compose files.
func (f *Facts) derive() {
	if f.Config == nil {
		return
	}
	for _, s := range f.Config.Services {
		f.Services = append(f.Services, service(s))
	}
	slices.SortFunc(f.Services, func(a, b Service) int { return cmp.Compare(a.Name, b.Name) })
	for _, key := range slices.Sorted(maps.Keys(f.Config.Volumes)) {
		v := f.Config.Volumes[key]
		f.Volumes = append(f.Volumes, Volume{Key: key, Name: f.name(key, v.Name), External: v.External.External})
	}
	for _, key := range slices.Sorted(maps.Keys(f.Config.Secrets)) {
		f.Secrets = append(f.Secrets, f.secret(key, f.Config.Secrets[key]))
	}
	for _, key := range slices.Sorted(maps.Keys(f.Config.Configs)) {
		f.Configs = append(f.Configs, f.config(key, f.Config.Configs[key]))
	}
	for _, s := range f.Services {
		f.Routers = append(f.Routers, parseRouters(s.Name, s.Labels)...)
	}
	slices.SortStableFunc(f.Routers, func(a, b Router) int { return cmp.Compare(a.Name, b.Name) })
	f.Version = f.label("version")
	f.Timeout = f.label("timeout")
}

// name gives the engine's name of a top-level object.
func (f *Facts) name(key, name string) string {
	if name != "" {
		return name
	}
	return f.Stack + "_" + key
}

// label gives coop-cloud.<stack>.<what>, from app before any other service: some
// recipes have it on the service that is routed to.
func (f *Facts) label(what string) string {
	key := "coop-cloud." + f.Stack + "." + what
	if app, ok := f.Service("app"); ok && app.Labels[key] != "" {
		return app.Labels[key]
	}
	for _, s := range f.Services {
		if s.Labels[key] != "" {
			return s.Labels[key]
		}
	}
	return ""
}

func service(s types.ServiceConfig) Service {
	out := Service{
		Name: s.Name, Image: s.Image, Labels: s.Deploy.Labels,
		HealthCheck: hasHealthCheck(s.HealthCheck),
		Networks:    slices.Sorted(maps.Keys(s.Networks)),
		Backup:      ParseBackup(s.Deploy.Labels),
	}
	for _, v := range s.Volumes {
		out.Mounts = append(out.Mounts, Mount{Type: v.Type, Source: v.Source, Target: v.Target, ReadOnly: v.ReadOnly})
	}
	for _, r := range s.Secrets {
		out.Secrets = append(out.Secrets, r.Source)
	}
	for _, r := range s.Configs {
		out.Configs = append(out.Configs, r.Source)
	}
	return out
}

func hasHealthCheck(h *types.HealthCheckConfig) bool {
	return h != nil && !h.Disable && len(h.Test) > 0 && h.Test[0] != "NONE"
}

func (f *Facts) secret(key string, s types.SecretConfig) Secret {
	out := Secret{Key: key, Name: f.name(key, s.Name), External: s.External.External}
	if !out.External {
		out.File = s.File
	}
	short, version := f.split(out.Name)
	out.Spec = SecretSpec{Name: short, Version: version}
	for _, spec := range f.Sample.Secrets() {
		if spec.Name == short {
			spec.Version = version
			out.Spec = spec
		}
	}
	return out
}

func (f *Facts) config(key string, c types.ConfigObjConfig) Config {
	out := Config{Key: key, Name: f.name(key, c.Name), External: c.External.External, Template: c.TemplateDriver}
	if !out.External {
		out.File, out.Digest = c.File, f.digests[c.File]
	}
	_, out.Version = f.split(out.Name)
	return out
}

// split takes <stack>_<name>_<version> apart; version is "" where there is none.
func (f *Facts) split(full string) (name, version string) {
	rest := strings.TrimPrefix(full, f.Stack+"_")
	if i := strings.LastIndexByte(rest, '_'); i > 0 {
		return rest[:i], rest[i+1:]
	}
	return rest, ""
}
