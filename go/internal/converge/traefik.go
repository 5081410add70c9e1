package converge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/certificate"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/server"
)

// Traefik deploys the router with the operator's certificate, which it judges first: one that
// is past, does not cover the CI domain or does not fit its key is an error, and what runs goes
// on running. A renewed certificate becomes new secrets, named by its content; the old ones go
// once the router runs with the new ones.
func Traefik(ctx context.Context, s server.Server, now time.Time, r *Report) error {
	t := s.Traefik
	if t == nil {
		return fmt.Errorf("%w: traefik: expected what the router is made from, found none", server.ErrFile)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	pair, err := certificate.Load(t.Certificate, t.Key)
	if err != nil {
		return err
	}
	warning, err := pair.Judge(now, s.CertificateNames())
	if err != nil {
		return err
	}
	if warning != "" {
		r.warn("%s", warning)
	}
	env := map[string]string{}
	maps.Copy(env, t.Env)
	env["WILDCARDS_ENABLED"] = "1"
	env["SECRET_WILDCARD_CERT_VERSION"], env["SECRET_WILDCARD_KEY_VERSION"] = pair.Version(), pair.Version()
	v := service{
		recipe: "traefik", from: t.Recipe, domain: t.Domain,
		compose: []string{"compose.wildcard.yml"},
		given:   map[string][]byte{"ssl_cert": pair.Certificate, "ssl_key": pair.Key},
		env:     env,
		replace: func(f *recipe.Facts, stack string) (overlay, error) { return router(s, f, stack, r) },
	}
	if err := v.dial(ctx, s, r); err != nil {
		return err
	}
	defer v.engine.Close()
	return v.converge(ctx)
}

// router gives what is added to the recipe: routes to services of this host as labels of the
// router's own service, and its static configuration with a short interval of its own poll.
func router(s server.Server, f *recipe.Facts, stack string, r *Report) (overlay, error) {
	o := overlay{Labels: routeLabels(s.Traefik.Routes)}
	if app, ok := f.Service("app"); ok && len(o.Labels) > 0 && ignoresAddresses(app.Image) {
		r.warn("recipe traefik %s has %s: routes to this host need Traefik 3.4 or newer; take a newer version of the recipe", s.Traefik.Recipe.Version, app.Image)
	}
	if s.Traefik.RefreshSeconds == 0 {
		return o, nil
	}
	c, ok := staticConfig(f)
	if !ok {
		r.warn("recipe traefik %s mounts no traefik.yml: its poll stays as the recipe has it", s.Traefik.Recipe.Version)
		return o, nil
	}
	text, err := os.ReadFile(c.File)
	if err != nil {
		return o, fmt.Errorf("recipe traefik %s: %w", s.Traefik.Recipe.Version, err)
	}
	quick, ok := refreshed(string(text), s.Traefik.RefreshSeconds)
	if !ok {
		r.warn("%s of recipe traefik %s has no swarm provider where one is expected: its poll stays as the recipe has it", filepath.Base(c.File), s.Traefik.Recipe.Version)
		return o, nil
	}
	o.Config, o.Driver = c.Key, c.Template
	o.File = filepath.Join(s.AbraDir, "cc-ci.traefik."+short(quick)+".tmpl")
	o.Named = stack + "_" + c.Key + "_" + short(quick)
	earlier, err := filepath.Glob(filepath.Join(s.AbraDir, "cc-ci.traefik.*.tmpl"))
	if err != nil {
		return o, err
	}
	for _, file := range earlier { // the swarm has its own copy of what it runs
		if file != o.File {
			err = errors.Join(err, os.Remove(file))
		}
	}
	return o, errors.Join(err, os.WriteFile(o.File, []byte(quick), 0o600))
}

// staticConfig finds the config that the router's service mounts as its traefik.yml.
func staticConfig(f *recipe.Facts) (recipe.Config, bool) {
	for _, s := range f.Config.Services {
		for _, mount := range s.Configs {
			if s.Name != "app" || !strings.HasSuffix(mount.Target, "/traefik.yml") {
				continue
			}
			for _, c := range f.Configs {
				if c.Key == mount.Source {
					return c, true
				}
			}
		}
	}
	return recipe.Config{}, false
}

var (
	providers = regexp.MustCompile(`(?m)^providers:\s*$`)
	swarmKey  = regexp.MustCompile(`(?m)^( +)(swarm|docker): *\n( +)`)
	interval  = regexp.MustCompile(`(?m)^( +refreshSeconds: *).*$`)
)

// refreshed changes one line of the recipe's static configuration, which is a template: how
// often the router looks for new apps. With the default of 15 s that is most of a deploy's time.
func refreshed(text string, seconds int) (string, bool) {
	at := providers.FindStringIndex(text)
	if at == nil {
		return text, false
	}
	head, rest := text[:at[1]], text[at[1]:]
	if interval.MatchString(rest) {
		return head + interval.ReplaceAllString(rest, "${1}"+strconv.Itoa(seconds)), true
	}
	m := swarmKey.FindStringSubmatchIndex(rest)
	if m == nil {
		return text, false
	}
	indent := rest[m[6]:m[7]]
	return head + rest[:m[6]] + indent + "refreshSeconds: " + strconv.Itoa(seconds) + "\n" + rest[m[6]:], true
}

var traefikTag = regexp.MustCompile(`traefik:v?(\d+)\.(\d+)`)

// ignoresAddresses tells whether an image is of a Traefik that doesn't know a server's address as a label
// (its change log: 3.4.0). Of an image that says nothing it is not known.
func ignoresAddresses(image string) bool {
	m := traefikTag.FindStringSubmatch(image)
	if m == nil {
		return false
	}
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[2])
	return major < 3 || major == 3 && minor < 4
}

// routeLabels say each route in the labels that the router reads from services.
func routeLabels(routes []server.Route) map[string]string {
	labels := map[string]string{}
	if len(routes) > 0 {
		labels["traefik.enable"] = "true"
	}
	for _, r := range routes {
		name := "cc-ci-" + r.Name
		rule := "Host(`" + r.Host + "`)"
		if r.Path != "" {
			rule += " && (Path(`" + r.Path + "`) || PathPrefix(`" + r.Path + "/`))"
		}
		at := "traefik.http.routers." + name + "."
		labels[at+"rule"] = rule
		labels[at+"entrypoints"] = "web-secure"
		labels[at+"tls"] = "true"
		labels[at+"service"] = name
		labels["traefik.http.services."+name+".loadbalancer.server.url"] = r.To
	}
	return labels
}
