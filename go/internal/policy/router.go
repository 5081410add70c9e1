package policy

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
)

// traefikLabel is a Traefik label taken apart (recipe.TraefikKey): traefik.<protocol>.<section>.<name>.<option>.
type traefikLabel struct {
	setting
	parts  []string
	option string
}

func (l traefikLabel) is(section string) bool { return len(l.parts) > 3 && l.parts[2] == section }

func traefikLabels(s service) []traefikLabel {
	var out []traefikLabel
	for _, l := range s.labels {
		if !strings.HasPrefix(strings.ToLower(l.key), "traefik.") {
			continue
		}
		t := traefikLabel{setting: l}
		t.parts, _ = recipe.TraefikKey(l.key)
		if len(t.parts) > 4 {
			t.option = strings.Join(t.parts[4:], ".")
		}
		out = append(out, t)
	}
	return out
}

// eachTraefik makes a rule about each Traefik label of each service.
func eachTraefik(a *ask, judge func(l traefikLabel)) {
	for _, s := range a.services {
		for _, l := range traefikLabels(s) {
			judge(l)
		}
	}
}

func routerHost(a *ask, r *report) {
	for _, s := range a.services {
		routers, ruled := map[string]string{}, map[string]bool{}
		enabled := ""
		for _, l := range traefikLabels(s) {
			if on, err := strconv.ParseBool(l.value); err == nil && on && strings.EqualFold(l.key, "traefik.enable") {
				enabled = l.place
			}
			if !l.is("routers") || l.parts[1] == "udp" {
				continue
			}
			id := l.parts[1] + "/" + l.parts[3]
			if routers[id] == "" {
				routers[id] = l.place
			}
			if l.option == "rule" {
				ruled[id] = true
				rule, err := recipe.ParseRule(l.value)
				if err != nil || !rule.Bounded(a.host) {
					r.add(l.place, "rule %s", l.value)
				}
			}
		}
		for id, place := range routers {
			if !ruled[id] && !a.ruledElsewhere(s, id) {
				r.add(place, "router %s has no rule: Traefik makes one up", id)
			}
		}
		if enabled != "" && len(routers) == 0 && !a.known.routes() {
			r.add(enabled, "no router: Traefik makes one up")
		}
	}
}

// routes tells whether any of the recipe's files declares a router.
func (n names) routes() bool {
	for key := range n.traefik {
		if strings.Contains(key, "/routers/") || strings.HasPrefix(key, "udp/") {
			return true
		}
	}
	return false
}

// ruledElsewhere tells whether another compose file gives the router its rule:
// the merged view, which is judged as well, has the last word.
func (a *ask) ruledElsewhere(s service, id string) bool {
	return !strings.HasPrefix(s.place, "merged: ") && !strings.HasPrefix(s.place, createdPlace) && a.known.ruled[id]
}

func routerName(a *ask, r *report) {
	eachTraefik(a, func(l traefikLabel) {
		if (l.is("routers") || l.is("services")) && !strings.Contains(l.parts[3], strings.ToLower(a.run.Stack)) {
			r.add(l.place, "%s %s", strings.TrimSuffix(l.parts[2], "s"), l.parts[3])
		}
	})
}

// middlewareName tells of names that two apps may share. One that looks like
// another run's is refused: whoever declares it again takes its routes away.
func middlewareName(foreign bool) func(*ask, *report) {
	return func(a *ask, r *report) {
		stack := strings.ToLower(a.run.Stack)
		eachTraefik(a, func(l traefikLabel) {
			if !l.is("middlewares") || strings.Contains(l.parts[3], stack) {
				return
			}
			if foreign == a.ofSite(l.parts[3]) {
				r.add(l.place, "middleware %s", l.parts[3])
			}
		})
	}
}

func routerEntrypoint(a *ask, r *report) {
	eachTraefik(a, func(l traefikLabel) {
		if !l.is("routers") || l.option != "entrypoints" {
			return
		}
		for e := range strings.SplitSeq(l.value, ",") {
			if e = strings.TrimSpace(e); e != "web" && e != "web-secure" {
				r.add(l.place, "entry point %s", e)
			}
		}
	})
}

func routerReference(a *ask, r *report) {
	refer := func(l traefikLabel, section, list string) {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name != "" && !a.declares(l.parts[1], section, name) {
				r.add(l.place, "%s", name)
			}
		}
	}
	eachTraefik(a, func(l traefikLabel) {
		switch {
		case l.is("routers") && l.option == "service", l.is("middlewares") && l.option == "errors.service":
			refer(l, "services", l.value)
		case (l.is("routers") || l.is("services")) && l.option == "middlewares", l.is("middlewares") && l.option == "chain.middlewares":
			refer(l, "middlewares", l.value)
		case l.is("services") && strings.HasSuffix(l.option, "serverstransport"):
			refer(l, "serverstransports", l.value)
		}
	})
}

// declares tells whether the recipe's labels declare what a reference means. A
// service may also be one that Traefik names after the stack.
func (a *ask) declares(protocol, section, reference string) bool {
	name, provider, qualified := strings.Cut(strings.ToLower(reference), "@")
	if qualified && provider != "docker" && provider != "swarm" {
		return false
	}
	if a.known.traefik[protocol+"/"+section+"/"+name] {
		return true
	}
	return section == "services" && strings.HasPrefix(name, strings.ToLower(a.run.Stack))
}

func routerTarget(a *ask, r *report) {
	eachTraefik(a, func(l traefikLabel) {
		key := strings.Join(l.parts, ".")
		bad := false
		switch {
		case key == "traefik.docker.network" || key == "traefik.swarm.network":
			bad = l.value != a.run.Network && !a.own(l.value)
		case l.is("services"):
			bad = strings.HasSuffix(l.option, "server.url") || strings.HasSuffix(l.option, "server.address") || strings.Contains(l.option, "servers.[") ||
				strings.HasSuffix(l.option, "healthcheck.path") && !relativePath.MatchString(l.value) ||
				strings.HasSuffix(l.option, ".port") && !portNumber.MatchString(l.value) || strings.HasSuffix(l.option, ".scheme") && !serverScheme(l.value)
		case l.is("serverstransports"):
			bad = true
		case l.is("middlewares") && l.option == "forwardauth.address":
			bad = !a.reaches(l.value)
		case l.is("middlewares"):
			kind, _, _ := strings.Cut(l.option, ".")
			bad = !slices.Contains(middlewareKinds, kind) || strings.HasPrefix(l.option, "forwardauth.tls.") ||
				strings.HasPrefix(l.option, "ratelimit.redis.") || strings.HasSuffix(l.option, "usersfile")
		}
		if bad {
			r.add(l.place, "%s", l.value)
		}
	})
}

// middlewareKinds are Traefik's own, as of 3.7. One that isn't among them may be a plugin, or reach what these can't.
var middlewareKinds = []string{
	"addprefix", "basicauth", "buffering", "chain", "circuitbreaker", "compress", "contenttype", "digestauth", "encodedcharacters", "errors",
	"forwardauth", "grpcweb", "headers", "inflightconn", "inflightreq", "ipallowlist", "ipwhitelist", "passtlsclientcert", "ratelimit", "redirectregex",
	"redirectscheme", "replacepath", "replacepathregex", "retry", "stripprefix", "stripprefixregex",
}

// Traefik makes a server's URL of scheme, address and port as they stand: "80@10.0.0.1:80" is a port to it.
var (
	portNumber   = regexp.MustCompile(`^[0-9]{1,5}$`)
	serverScheme = among("http", "https", "h2c")
)

// relativePath is a path that no URL parser takes for another host.
var relativePath = regexp.MustCompile(`^/([^/\\].*)?$`)

// reaches tells whether a URL leads to the run's hosts or to a service of the stack, whose name has no dot: one with
// a dot is asked of the public DNS.
func (a *ask) reaches(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return a.own(host) && !strings.Contains(host, ".") || a.host(host)
}

func routerTLS(a *ask, r *report) {
	eachTraefik(a, func(l traefikLabel) {
		switch {
		case l.parts[1] == "tls":
			r.add(l.place, "%s", l.value)
		case l.is("routers") && l.option == "tls.certresolver" && l.value != "":
			r.add(l.place, "%s", l.value)
		}
	})
}

func routerUDP(a *ask, r *report) {
	eachTraefik(a, func(l traefikLabel) {
		if l.parts[1] == "udp" && slices.Contains(l.parts, "routers") {
			r.add(l.place, "%s", l.value)
		}
	})
}
