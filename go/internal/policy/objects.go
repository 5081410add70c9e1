package policy

import (
	"maps"
	"slices"
	"strings"
)

func externalNetwork(a *ask, r *report) {
	for _, o := range a.objects {
		if o.kind == "network" && o.name != a.run.Network && !a.own(o.name) {
			r.add(o.place, "network %s", o.name)
		}
		// The router's network exists already; one of that name would be another one.
		if o.kind == "network" && o.name == a.run.Network && !o.external {
			r.add(o.place, "network %s is not declared external", o.name)
		}
	}
	for _, s := range a.services {
		for _, n := range s.networks {
			if n.name != a.run.Network && !a.own(n.name) {
				r.add(n.place, "network %s", n.name)
			}
		}
	}
}

func networkDriver(a *ask, r *report) {
	for _, o := range a.objects {
		if o.kind != "network" || o.external {
			continue
		}
		if o.driver.name != "" && o.driver.name != "overlay" {
			r.add(o.place, "%s", o.driver)
		}
		for key := range o.driver.options {
			switch key {
			case "encrypted", "com.docker.network.driver.mtu":
			default:
				r.add(o.place, "%s", allOptions(o.driver.options))
			}
		}
	}
	for _, s := range a.services {
		for _, n := range s.networks {
			if len(n.options) > 0 {
				r.add(n.place, "%s", allOptions(n.options))
			}
		}
	}
}

func networkAlias(a *ask, r *report) {
	for _, s := range a.services {
		for _, n := range s.networks {
			if n.name != a.run.Network {
				continue
			}
			for _, alias := range n.aliases {
				if alias != s.name && !a.own(alias) && alias != a.run.Stack && !a.host(strings.ToLower(alias)) {
					r.add(n.place, "alias %s", alias)
				}
			}
			// A service answers to its own name everywhere, asked for or not: short ones are everybody's.
			if strings.Contains(s.name, ".") && !a.host(strings.ToLower(s.name)) || a.ofSite(s.name) {
				r.add(n.place, "service name %s", s.name)
			}
		}
	}
}

// The largest known recipe has a dozen of each.
const (
	maxNetworks = 40
	maxObjects  = 200
)

// fewObjects bounds what a recipe declares beside its services. Names are counted once: a secret
// that many services read is one.
func fewObjects(a *ask, r *report) {
	networks, others := map[string]string{}, map[string]string{}
	for _, o := range a.objects {
		file, _, _ := strings.Cut(o.place, ": ")
		if o.kind == "network" {
			networks[o.name] = file
		} else {
			others[o.kind+" "+o.name] = file
		}
	}
	bound := func(found map[string]string, most int, what string) {
		if len(found) > most {
			r.add(slices.Max(slices.Collect(maps.Values(found)))+": "+what, "%d", len(found))
		}
	}
	bound(networks, maxNetworks, "networks")
	bound(others, maxObjects, "volumes, secrets and configs")
}

func fixedSubnet(a *ask, r *report) {
	for _, o := range a.objects {
		for _, subnet := range o.subnets {
			r.add(o.place, "subnet %s", subnet)
		}
	}
}

func foreignObject(kind string) func(*ask, *report) {
	return func(a *ask, r *report) {
		for _, o := range a.objects {
			if o.kind == kind && !a.own(o.name) {
				r.add(o.place, "%s %s", kind, o.name)
			}
		}
		eachMount(a, func(m mountAsk) {
			if kind == "volume" && m.volume != "" && !a.own(m.volume) {
				r.add(m.place, "%s %s", kind, m.volume)
			}
		})
	}
}

func secretDriver(a *ask, r *report) {
	for _, o := range a.objects {
		if (o.kind == "secret" || o.kind == "config") && o.driver.name != "" {
			r.add(o.place, "%s", o.driver)
		}
	}
}

func templates(a *ask, r *report) {
	for _, o := range a.objects {
		if o.template != "" && o.template != "golang" {
			r.add(o.place, "template_driver %s", o.template)
		}
		if strings.Contains(o.name, "{{") {
			r.add(o.place, "name %s", o.name)
		}
	}
	eachMount(a, func(m mountAsk) {
		if strings.Contains(m.source, "{{") {
			r.add(m.place, "source %s", m.source)
		}
	})
}
