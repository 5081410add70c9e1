package server

import (
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
)

// What a forge takes for the name of a user or an organisation, and of a repository with its owner's before it.
var (
	NameForm    = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)
	ProjectForm = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}$`)
)

var (
	domainForm      = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
	routeForm       = regexp.MustCompile(`^[a-z0-9-]{1,30}$`)
	pathForm        = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)
	variableForm    = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
	applicationForm = regexp.MustCompile(`^[A-Za-z0-9 ._-]{1,80}$`)
)

// longestDomain keeps the names of swarm secrets, <stack>_<name>_<version>, within the
// engine's 64 characters (contract section 6).
const longestDomain = 40

// field is one value and its place in the file; the first one that is wrong is told.
type field struct {
	at, value string
	fits      func(string) bool
	expected  string
}

func first(fields ...field) error {
	for _, f := range fields {
		if !f.fits(f.value) {
			return fmt.Errorf("%s: expected %s, found %q", f.at, f.expected, f.value)
		}
	}
	return nil
}

func domain(at, v string) field {
	return field{at, v, domainForm.MatchString, "a domain name in lower case"}
}

func appDomain(at, v string) field {
	return field{at, v, func(v string) bool { return domainForm.MatchString(v) && len(v) <= longestDomain },
		fmt.Sprintf("a domain name of at most %d characters", longestDomain)}
}

func file(at, v string) field {
	return field{at, v, func(v string) bool { return filepath.IsAbs(v) && !strings.HasPrefix(filepath.Clean(v), "/nix/store/") },
		"an absolute path outside of the Nix store, which everybody can read"}
}

func folder(at, v string) field {
	return field{at, v, filepath.IsAbs, "an absolute path"}
}

func address(at, v string) field {
	return field{at, v, func(v string) bool {
		u, err := url.Parse(v)
		return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && u.RawQuery == "" && !strings.ContainsAny(v, "`\n ")
	}, "http://host or https://host without a name or password"}
}

// withToken is an address to which a token is sent, and whose answers say who may trigger.
func withToken(at, v string) field {
	f := address(at, v)
	whole := f.fits
	return field{at, v, func(v string) bool { return whole(v) && Confidential(v) }, "https://host without a name or password (http:// to this machine alone)"}
}

// Confidential tells whether nobody on the way reads or changes what goes to an address: it is https, or http that doesn't leave this machine.
func Confidential(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip, _ := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip.IsLoopback())
}

func prefix(at, v string) field {
	return field{at, v, func(v string) bool {
		p, err := netip.ParsePrefix(v)
		return err == nil && p.Masked() == p
	}, "a network like 10.200.0.0/16"}
}

func matching(at, v string, form *regexp.Regexp, expected string) field {
	return field{at, v, form.MatchString, expected}
}

func (s Server) check() error {
	if err := first(domain("domain", s.Domain), folder("abraDir", s.AbraDir), folder("state", s.State)); err != nil {
		return err
	}
	if err := s.Swarm.check(); err != nil {
		return err
	}
	if t := s.Traefik; t != nil {
		if err := t.check(s.Domain); err != nil {
			return err
		}
	}
	if b := s.Backup; b != nil {
		if err := first(appDomain("backup.domain", b.Domain), file("backup.passwordFile", b.PasswordFile)); err != nil {
			return err
		}
		if err := checkApp("backup", b.Recipe, b.Env); err != nil {
			return err
		}
		if v := b.Volumes; v != nil {
			if err := first(folder("backup.volumes.of", v.Of), folder("backup.volumes.at", v.At)); err != nil {
				return err
			}
		}
	}
	if f := s.Forge; f != nil {
		if err := f.check(); err != nil {
			return err
		}
	}
	if d := s.Drone; d != nil {
		return d.check()
	}
	return nil
}

func (f Forge) check() error {
	if err := first(
		withToken("forge.url", f.URL), file("forge.tokenFile", f.TokenFile),
		matching("forge.organisation", f.Organisation, NameForm, "a name of the forge"),
		matching("forge.bot", f.Bot, NameForm, "a name of the forge"),
		matching("forge.project", f.Project, ProjectForm, "owner/name"),
	); err != nil || f.ApplicationTokenFile == "" {
		return err
	}
	return first(file("forge.applicationTokenFile", f.ApplicationTokenFile))
}

func (d Drone) check() error {
	return first(
		address("drone.url", d.URL), address("drone.local", d.Local), file("drone.tokenFile", d.TokenFile),
		matching("drone.application", d.Application, applicationForm, "letters, digits, spaces"),
		file("drone.clientFile", d.ClientFile),
	)
}

func (s Swarm) check() error {
	if err := first(
		field{"swarm.advertise", s.Advertise, func(v string) bool { _, err := netip.ParseAddr(v); return err == nil }, "an IP address of this host"},
		prefix("swarm.addressPool", s.AddressPool), prefix("swarm.networkSubnet", s.NetworkSubnet), prefix("swarm.gatewaySubnet", s.GatewaySubnet),
		matching("swarm.network", s.Network, regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`), "a network's name"),
		matching("swarm.gatewayInterface", s.GatewayInterface, regexp.MustCompile(`^[a-z0-9_-]{1,15}$`), "an interface's name of at most 15 characters"),
	); err != nil {
		return err
	}
	pool := netip.MustParsePrefix(s.AddressPool)
	if s.AddressPoolMask <= pool.Bits() || s.AddressPoolMask > 29 {
		return fmt.Errorf("swarm.addressPoolMask: expected more than %d (the pool's) and at most 29, found %d", pool.Bits(), s.AddressPoolMask)
	}
	all := map[string]netip.Prefix{"swarm.networkSubnet": netip.MustParsePrefix(s.NetworkSubnet), "swarm.gatewaySubnet": netip.MustParsePrefix(s.GatewaySubnet)}
	for name, p := range all {
		if p.Overlaps(pool) {
			return fmt.Errorf("%s: expected a network outside of swarm.addressPool %s, found %s", name, pool, p)
		}
	}
	if all["swarm.networkSubnet"].Overlaps(all["swarm.gatewaySubnet"]) {
		return fmt.Errorf("swarm.gatewaySubnet: expected a network outside of swarm.networkSubnet %s, found %s", s.NetworkSubnet, s.GatewaySubnet)
	}
	return nil
}

func (t Traefik) check(ciDomain string) error {
	if err := first(appDomain("traefik.domain", t.Domain), file("traefik.certificate", t.Certificate), file("traefik.key", t.Key)); err != nil {
		return err
	}
	if t.RefreshSeconds < 0 || t.RefreshSeconds > 60 {
		return fmt.Errorf("traefik.refreshSeconds: expected 0 to 60, found %d", t.RefreshSeconds)
	}
	if err := checkApp("traefik", t.Recipe, t.Env); err != nil {
		return err
	}
	names := map[string]bool{}
	for i, r := range t.Routes {
		at := fmt.Sprintf("traefik.routes[%d].", i)
		if err := first(matching(at+"name", r.Name, routeForm, "small letters, digits and hyphens"), domain(at+"host", r.Host), address(at+"to", r.To)); err != nil {
			return err
		}
		if r.Host != ciDomain && (!strings.HasSuffix(r.Host, "."+ciDomain) || strings.Count(r.Host, ".") != strings.Count(ciDomain, ".")+1) {
			return fmt.Errorf("%shost: expected %s or one name below it, which the wildcard certificate covers, found %q", at, ciDomain, r.Host)
		}
		if r.Path != "" && !pathForm.MatchString(r.Path) {
			return fmt.Errorf("%spath: expected a path like /hook, found %q", at, r.Path)
		}
		if names[r.Name] {
			return fmt.Errorf("%sname: expected a name of its own, found %q twice", at, r.Name)
		}
		names[r.Name] = true
	}
	return nil
}

// checkApp looks at what both apps of the server have.
func checkApp(at string, r Recipe, env map[string]string) error {
	if u, err := url.Parse(r.Source); r.Source == "" || err != nil || u.User != nil {
		return fmt.Errorf("%s.recipe.source: expected a git URL without a user, found %q", at, r.Source)
	}
	if err := first(matching(at+".recipe.version", r.Version, regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+_-]{0,80}$`), "a tag like 3.6.1+v3.5.0")); err != nil {
		return err
	}
	for key := range env {
		switch {
		case !variableForm.MatchString(key):
			return fmt.Errorf("%s.env: expected names in capitals, found %q", at, key)
		case key == "DOMAIN" || key == "TYPE" || key == "RECIPE" || key == "STACK_NAME" || key == "COMPOSE_FILE" || key == "LETS_ENCRYPT_ENV" || strings.HasSuffix(key, "_CMDS"):
			return fmt.Errorf("%s.env.%s: is the converger's own; remove it", at, key)
		}
	}
	return nil
}
