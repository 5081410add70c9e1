package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
	"github.com/docker/cli/cli/compose/types"
)

// declared gives what the recipe's files define, for references between them.
func declared(f *recipe.Facts) names {
	n := names{traefik: map[string]bool{}, ruled: map[string]bool{}}
	for _, s := range f.Services {
		for key := range s.Labels {
			n.add(key)
		}
	}
	return n
}

func (n names) add(label string) {
	part, _ := recipe.TraefikKey(label)
	if len(part) < 4 || part[0] != "traefik" {
		return
	}
	n.traefik[strings.Join(part[1:4], "/")] = true
	if len(part) == 5 && part[2] == "routers" && part[4] == "rule" {
		n.ruled[part[1]+"/"+part[3]] = true
	}
}

// fromCompose puts one loaded compose file, or the merge of all, into an ask.
func fromCompose(file string, c *types.Config, f *recipe.Facts, run Run) *ask {
	a := &ask{run: run}
	all := c
	if f.Config != nil {
		all = f.Config // a service may use what another file declares
	}
	services := slices.Clone(c.Services)
	slices.SortFunc(services, func(x, y types.ServiceConfig) int { return strings.Compare(x.Name, y.Name) })
	for _, s := range services {
		a.services = append(a.services, composeService(file+": service "+s.Name, s, all, run))
	}
	for _, key := range slices.Sorted(maps.Keys(c.Volumes)) {
		a.objects = append(a.objects, composeVolume(file, key, c.Volumes[key], run))
	}
	for _, key := range slices.Sorted(maps.Keys(c.Networks)) {
		n := c.Networks[key]
		o := object{
			kind: "network", place: file + ": networks." + key, name: engineName(run, key, n.Name), external: n.External.External,
			driver: driver{n.Driver, n.DriverOpts},
		}
		o.labels = labels(o.place+": labels", n.Labels)
		for _, p := range n.Ipam.Config {
			o.subnets = append(o.subnets, p.Subnet)
		}
		a.objects = append(a.objects, o)
	}
	for _, key := range slices.Sorted(maps.Keys(c.Secrets)) {
		a.objects = append(a.objects, composeFile("secret", file+": secrets."+key, key, types.FileObjectConfig(c.Secrets[key]), run))
	}
	for _, key := range slices.Sorted(maps.Keys(c.Configs)) {
		a.objects = append(a.objects, composeFile("config", file+": configs."+key, key, types.FileObjectConfig(c.Configs[key]), run))
	}
	return a
}

func engineName(run Run, key, name string) string {
	if name != "" {
		return name
	}
	return run.Stack + "_" + key
}

func composeVolume(file, key string, v types.VolumeConfig, run Run) object {
	o := object{
		kind: "volume", place: file + ": volumes." + key, name: engineName(run, key, v.Name), external: v.External.External,
		driver: driver{v.Driver, v.DriverOpts},
	}
	if v.Spec != nil {
		o.driver.name = "cluster volume"
	}
	o.labels = labels(o.place+": labels", v.Labels)
	return o
}

func composeFile(kind, place, key string, c types.FileObjectConfig, run Run) object {
	o := object{
		kind: kind, place: place, name: engineName(run, key, c.Name), external: c.External.External,
		driver: driver{c.Driver, c.DriverOpts}, template: c.TemplateDriver,
	}
	o.labels = labels(place+": labels", c.Labels)
	return o
}

func composeService(place string, s types.ServiceConfig, all *types.Config, run Run) service {
	out := service{name: s.Name, place: place, settings: composeSettings(place, s)}
	for i, v := range s.Volumes {
		m := mountAsk{place: fmt.Sprintf("%s: volumes[%d]", place, i), kind: v.Type, source: v.Source, target: v.Target}
		out.mounts = append(out.mounts, m)
	}
	for _, key := range slices.Sorted(maps.Keys(s.Networks)) {
		at := attachment{place: place + ": networks." + key, name: engineName(run, key, all.Networks[key].Name)}
		if all.Networks[key].External.External && all.Networks[key].Name == "" {
			at.name = key
		}
		if n := s.Networks[key]; n != nil {
			at.aliases, at.options = n.Aliases, n.DriverOpts
		}
		out.networks = append(out.networks, at)
	}
	out.labels = append(labels(place+": deploy.labels", s.Deploy.Labels), labels(place+": labels", s.Labels)...)
	return out
}

func labels(place string, m map[string]string) []setting {
	var out []setting
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, setting{key: key, value: m[key], place: place + "." + key})
	}
	return out
}

func ulimits(place string, m map[string]*types.UlimitsConfig) []setting {
	var out []setting
	for _, name := range slices.Sorted(maps.Keys(m)) {
		u := *m[name]
		if u.Single != 0 {
			u.Soft, u.Hard = u.Single, u.Single
		}
		out = append(out, setting{"ulimits", fmt.Sprintf("%s=%d:%d", name, u.Soft, u.Hard), place + "." + name})
	}
	return out
}

// port says all that decides what a published port takes.
func port(published, target uint32, protocol, mode string) string {
	text := fmt.Sprintf("%d:%d/%s", published, target, cmp.Or(protocol, "tcp"))
	if mode != "" && mode != "ingress" {
		text += " in mode " + mode
	}
	return text
}

// composeSettings lists the keys that are judged by their value. Swarm ignores
// some of them today; they are judged all the same, because a recipe that asks
// for the host is not one that should be believed.
func composeSettings(place string, s types.ServiceConfig) []setting {
	var out []setting
	one := func(key, value string) {
		if value != "" {
			out = append(out, setting{key, value, place + ": " + key})
		}
	}
	many := func(key string, values []string) {
		for i, v := range values {
			out = append(out, setting{key, v, fmt.Sprintf("%s: %s[%d]", place, key, i)})
		}
	}
	keyed := func(key string, values map[string]string) {
		for _, k := range slices.Sorted(maps.Keys(values)) {
			out = append(out, setting{key, k + "=" + values[k], place + ": " + key + "." + k})
		}
	}
	many("devices", s.Devices)
	many("cap_add", s.CapAdd)
	if s.Privileged {
		one("privileged", "true")
	}
	one("network_mode", s.NetworkMode)
	one("pid", s.Pid)
	one("ipc", s.Ipc)
	one("userns_mode", s.UserNSMode)
	one("cgroupns_mode", s.CgroupNSMode)
	one("cgroup_parent", s.CgroupParent)
	many("security_opt", s.SecurityOpt)
	one("credential_spec", s.CredentialSpec.Config+s.CredentialSpec.File+s.CredentialSpec.Registry)
	one("isolation", s.Isolation)
	for i, p := range s.Ports {
		out = append(out, setting{"ports", port(p.Published, p.Target, p.Protocol, p.Mode), fmt.Sprintf("%s: ports[%d]", place, i)})
	}
	keyed("sysctls", s.Sysctls)
	out = append(out, ulimits(place+": ulimits", s.Ulimits)...)
	if s.Logging != nil {
		one("logging.driver", s.Logging.Driver)
		one("logging.options."+logBuffer, s.Logging.Options[logBuffer])
	}
	one("build", s.Build.Context+s.Build.Dockerfile)
	many("external_links", s.ExternalLinks)
	if s.Deploy.Replicas != nil {
		one("deploy.replicas", fmt.Sprint(*s.Deploy.Replicas))
	}
	one("container_name", s.ContainerName)
	one("restart", s.Restart)
	one("shm_size", s.ShmSize)
	one("mac_address", s.MacAddress)
	many("links", s.Links)
	return out
}
