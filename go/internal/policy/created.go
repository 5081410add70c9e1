package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/api/types/volume"
)

// createdPlace begins every place of a created object.
const createdPlace = "created: "

// Engine is what the engine has after a deploy.
type Engine struct {
	Services []swarm.Service   // of the stack
	Networks []network.Summary // all of the engine's: services name them by id
	Volumes  []volume.Volume   // all of the engine's, or those of the stack
}

// Created judges what a deploy made with the same rules as Check. Its findings'
// places begin with "created: "; the exceptions of the compose files hold for
// them as well, where they name no file, whatever was found and without an index: the engine has other words for it and
// another order, and Check has compared. Exceptions whose place begins with "created: " are for what is found there.
func Created(e Engine, run Run, exceptions []plan.Exception) []result.Finding {
	a := &ask{run: run, known: names{traefik: map[string]bool{}, ruled: map[string]bool{}}}
	byID := map[string]string{}
	for _, n := range e.Networks {
		byID[n.ID] = n.Name
		if a.own(n.Name) || n.Labels["com.docker.stack.namespace"] == run.Stack {
			a.objects = append(a.objects, createdNetwork(n, run))
		}
	}
	used := map[string]bool{}
	for _, s := range e.Services {
		a.services = append(a.services, createdService(s, byID, run))
		a.objects = append(a.objects, createdFiles(s, run)...)
		for key := range s.Spec.Labels {
			a.known.add(key)
		}
	}
	eachMount(a, func(m mountAsk) { used[m.source] = m.kind == "volume" })
	for _, v := range e.Volumes {
		if used[v.Name] || a.own(v.Name) {
			place := createdPlace + "volumes." + short(v.Name, run)
			a.objects = append(a.objects, object{
				kind: "volume", place: place, name: v.Name,
				driver: driver{v.Driver, v.Options}, labels: labels(place+": labels", v.Labels),
			})
		}
	}
	r := &report{}
	r.judge(a)
	found, made, others := run.meet(r.list.Found(), exceptions)
	finding.Accept(found, made)
	const anything = "what Check has compared" // a finding that names no thing stays without
	for i := range found {
		if found[i].Found != "" {
			found[i].Found = anything
		}
	}
	for i := range others {
		others[i].Place = finding.WithoutIndex(others[i].Place)
		if others[i].Found != "" {
			others[i].Found = anything
		}
	}
	// Whether an exception is needed at all is Check's question.
	return slices.DeleteFunc(finish(found, others), func(f result.Finding) bool { return f.ID == ruleUnused })
}

func short(name string, run Run) string { return strings.TrimPrefix(name, run.Stack+"_") }

func createdNetwork(n network.Summary, run Run) object {
	place := createdPlace + "networks." + short(n.Name, run)
	options := maps.Clone(n.Options)
	// The engine writes the VXLAN's number in by itself. Subnets are its own choice too.
	delete(options, "com.docker.network.driver.overlay.vxlanid_list")
	return object{kind: "network", place: place, name: n.Name, driver: driver{n.Driver, options}, labels: labels(place+": labels", n.Labels)}
}

// createdFiles gives the secrets and configs that a service uses: a reference is
// all that the engine needs to hand one over.
func createdFiles(s swarm.Service, run Run) []object {
	c := s.Spec.TaskTemplate.ContainerSpec
	if c == nil {
		return nil
	}
	var out []object
	for _, ref := range c.Secrets {
		out = append(out, object{kind: "secret", place: createdPlace + "secrets." + short(ref.SecretName, run), name: ref.SecretName})
	}
	for _, ref := range c.Configs {
		out = append(out, object{kind: "config", place: createdPlace + "configs." + short(ref.ConfigName, run), name: ref.ConfigName})
	}
	return out
}

func createdService(s swarm.Service, networks map[string]string, run Run) service {
	name := short(s.Spec.Name, run)
	place := createdPlace + "service " + name
	out := service{name: name, place: place, settings: createdSettings(place, s.Spec)}
	out.labels = labels(place+": deploy.labels", s.Spec.Labels)
	for _, n := range slices.Concat(s.Spec.TaskTemplate.Networks, s.Spec.Networks) {
		known := networks[n.Target]
		if known == "" {
			known = n.Target // unknown to the engine's list: judged as it stands
		}
		out.networks = append(out.networks, attachment{
			place: place + ": networks." + short(known, run), name: known, aliases: n.Aliases, options: n.DriverOpts,
		})
	}
	if c := s.Spec.TaskTemplate.ContainerSpec; c != nil {
		out.labels = append(out.labels, labels(place+": labels", c.Labels)...)
		for i, m := range c.Mounts {
			out.mounts = append(out.mounts, createdMount(fmt.Sprintf("%s: volumes[%d]", place, i), m))
		}
	}
	return out
}

func createdMount(place string, m mount.Mount) mountAsk {
	out := mountAsk{place: place, kind: string(m.Type), source: m.Source, target: m.Target}
	if m.Type == mount.TypeVolume {
		out.volume = m.Source
	}
	if m.VolumeOptions != nil && m.VolumeOptions.DriverConfig != nil {
		out.driver = &driver{m.VolumeOptions.DriverConfig.Name, m.VolumeOptions.DriverConfig.Options}
	}
	return out
}

func createdSettings(place string, spec swarm.ServiceSpec) []setting {
	var out []setting
	add := func(key, at, value string) { out = append(out, setting{key, value, place + ": " + at}) }
	if runtime := spec.TaskTemplate.Runtime; runtime != "" {
		add("runtime", "runtime", string(runtime))
	}
	if spec.TaskTemplate.PluginSpec != nil || spec.TaskTemplate.NetworkAttachmentSpec != nil {
		add("runtime", "runtime", "not a container")
	}
	if spec.TaskTemplate.LogDriver != nil {
		add("logging.driver", "logging.driver", spec.TaskTemplate.LogDriver.Name)
		if size := spec.TaskTemplate.LogDriver.Options[logBuffer]; size != "" {
			add("logging.options."+logBuffer, "logging.options."+logBuffer, size)
		}
	}
	if spec.Mode.Replicated != nil && spec.Mode.Replicated.Replicas != nil {
		add("deploy.replicas", "deploy.replicas", fmt.Sprint(*spec.Mode.Replicated.Replicas))
	}
	if spec.EndpointSpec != nil {
		for i, p := range spec.EndpointSpec.Ports {
			add("ports", fmt.Sprintf("ports[%d]", i), port(p.PublishedPort, p.TargetPort, string(p.Protocol), string(p.PublishMode)))
		}
	}
	if c := spec.TaskTemplate.ContainerSpec; c != nil {
		containerSettings(c, add)
	}
	return out
}

func containerSettings(c *swarm.ContainerSpec, add func(key, at, value string)) {
	for i, name := range c.CapabilityAdd {
		add("cap_add", fmt.Sprintf("cap_add[%d]", i), name)
	}
	for _, key := range slices.Sorted(maps.Keys(c.Sysctls)) {
		add("sysctls", "sysctls."+key, key+"="+c.Sysctls[key])
	}
	for _, u := range c.Ulimits {
		add("ulimits", "ulimits."+u.Name, fmt.Sprintf("%s=%d:%d", u.Name, u.Soft, u.Hard))
	}
	if c.OomScoreAdj != 0 {
		add("oom_score_adj", "oom_score_adj", fmt.Sprint(c.OomScoreAdj))
	}
	if c.Isolation != "" {
		add("isolation", "isolation", string(c.Isolation))
	}
	p := c.Privileges
	if p == nil {
		return
	}
	if p.CredentialSpec != nil && *p.CredentialSpec != (swarm.CredentialSpec{}) {
		add("credential_spec", "credential_spec", "set")
	}
	if p.Seccomp != nil && p.Seccomp.Mode != "" && p.Seccomp.Mode != swarm.SeccompModeDefault {
		add("security_opt", "security_opt", "seccomp="+string(p.Seccomp.Mode))
	}
	if p.AppArmor != nil && p.AppArmor.Mode != "" && p.AppArmor.Mode != swarm.AppArmorModeDefault {
		add("security_opt", "security_opt", "apparmor="+string(p.AppArmor.Mode))
	}
	if p.SELinuxContext != nil && *p.SELinuxContext != (swarm.SELinuxContext{}) {
		add("security_opt", "security_opt", "label")
	}
}
