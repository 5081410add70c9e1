package policy

import "strings"

// ask is what somebody wants of the engine, in one form for compose files and for
// created services, so that one table judges both.
type ask struct {
	run      Run
	services []service
	objects  []object
	known    names // declared by any of the compose files
}

// names are what the recipe itself declares; a reference to anything else leads
// into another app.
type names struct {
	traefik map[string]bool // "http/middlewares/x", lower case
	ruled   map[string]bool // routers with a rule, "http/x"
}

// service is one service with where it was found.
type service struct {
	name     string // without the stack
	place    string // "compose.yml: service app"
	settings []setting
	mounts   []mountAsk
	networks []attachment
	labels   []setting // key is the label's key as written
}

// setting is one key of a service that is judged by its value alone.
type setting struct{ key, value, place string }

// mountAsk is one mount of a service.
type mountAsk struct {
	place, kind, source, target string
	volume                      string  // a volume's name as the engine knows it, of a created service
	driver                      *driver // what the mount itself asks of the volume
}

// attachment is a service's membership in a network.
type attachment struct {
	place, name string // name as the engine knows it
	aliases     []string
	options     map[string]string
}

// object is a top-level volume, network, secret or config.
type object struct {
	kind     string // "volume", "network", "secret" or "config"
	place    string
	name     string // as the engine knows it
	external bool
	template string // template_driver
	driver   driver
	subnets  []string
	labels   []setting
}

// driver is who provides an object, and how.
type driver struct {
	name    string
	options map[string]string
}

// own tells whether a name of the engine belongs to the run's stack.
func (a *ask) own(name string) bool { return strings.HasPrefix(name, a.run.Stack+"_") }

// ofSite tells whether a name is made as those of this site's stacks are, whichever run's.
func (a *ask) ofSite(name string) bool {
	_, site, _ := strings.Cut(strings.ToLower(a.run.Stack), "_")
	return site != "" && strings.Contains(strings.ToLower(name), "_"+site)
}

// host tells whether a host is the run's: one that it was given, or one made of
// its domain ("collabora-<domain>", "www.<domain>"), which no other living run has (recipe.Clash).
func (a *ask) host(name string) bool {
	for i, h := range a.run.Hosts {
		h = strings.ToLower(h)
		derived := i == 0 && (strings.HasSuffix(name, "."+h) || strings.HasSuffix(name, "-"+h))
		if h != "" && (name == h || derived) {
			return true
		}
	}
	return false
}
