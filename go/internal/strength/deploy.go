package strength

import (
	"maps"
	"regexp"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
)

// extra is the service that a mutation adds; its image has a shell.
const (
	extra      = "cc-ci-mutant"
	extraImage = "nginx:1.27.2"
)

// front is the service that the router leads to.
func (c *Copy) front() string {
	for _, r := range c.Facts.Routers {
		if r.Protocol != "udp" {
			return r.Service
		}
	}
	if _, ok := c.Facts.Service("app"); ok {
		return "app"
	}
	return c.Facts.Services[0].Name
}

// hurry keeps a run that can't come up from waiting for as long as a slow app may take.
func (c *Copy) hurry() {
	c.Plan.Limits.Deploy = min(c.Plan.Limits.Deploy, c.limits.Deploy)
}

// askSoon is hurry for a run that comes up and can't be reached.
func (c *Copy) askSoon() {
	c.Plan.Ready.Timeout = min(c.Plan.Ready.Timeout, c.limits.Ready)
}

// addService adds a service of a shell command.
func (c *Copy) addService(script string, more map[string]any) {
	s := map[string]any{"image": extraImage, "entrypoint": []any{"sh", "-c", script}}
	maps.Copy(s, more)
	c.tree.top("services")[extra] = s
}

func imageMissing(c *Copy) error {
	c.tree.set(c.front(), "image", "cc-ci.invalid/no-such-image:1")
	return nil
}

func neverHealthy(c *Copy) error {
	c.hurry()
	c.tree.set(c.front(), "healthcheck", map[string]any{
		"test": []any{"CMD", "/cc-ci-no-such-program"}, "interval": "1s", "timeout": "2s", "retries": 1, "start_period": "1s"})
	return nil
}

func cannotStart(c *Copy) error {
	c.hurry()
	c.tree.set(c.front(), "entrypoint", []any{"/cc-ci-no-such-program"})
	return nil
}

func crashLoop(c *Copy) error {
	c.addService("sleep 3; exit 1", nil)
	return nil
}

var portLabel = regexp.MustCompile(`(?i)^traefik\.(http|tcp)\.services\..*\.loadbalancer\.server\.port$`)

func wrongRoute(c *Copy) error {
	c.askSoon()
	found := false
	c.tree.eachLabel(c.front(), func(key, value string) (string, bool) {
		if portLabel.MatchString(key) {
			found, value = true, "1"
		}
		return value, true
	})
	if !found {
		return notApplicable("no label names the port of service %s", c.front())
	}
	return nil
}

var ruleLabel = regexp.MustCompile(`(?i)^traefik\.http\.routers\.(.*)\.rule$`)

// consoleError lets the router forbid the page every script and style, and announce one.
func consoleError(c *Copy) error {
	var routers []string
	c.tree.eachLabel(c.front(), func(key, value string) (string, bool) {
		if m := ruleLabel.FindStringSubmatch(key); m != nil {
			routers = append(routers, m[1])
		}
		return value, true
	})
	if len(routers) == 0 {
		return notApplicable("no HTTP router leads to service %s: its pages can't be changed on the way", c.front())
	}
	const name, headers = "${STACK_NAME}-mutant", "traefik.http.middlewares.${STACK_NAME}-mutant.headers.customresponseheaders."
	c.tree.setLabel(c.front(), headers+"Content-Security-Policy", "default-src 'none'")
	c.tree.setLabel(c.front(), headers+"Link", "</cc-ci-no-such.js>; rel=preload; as=script")
	for _, router := range routers {
		key := "traefik.http.routers." + router + ".middlewares"
		value := name
		if old, ok := c.tree.label(c.front(), key); ok && old != "" {
			value = old + "," + name
		}
		c.tree.setLabel(c.front(), key, value)
	}
	return nil
}

func slowHealth(c *Copy) error {
	found := false
	for _, s := range c.Facts.Services {
		found = found || s.HealthCheck
	}
	if !found {
		return notApplicable("no service has a health check")
	}
	const key = "coop-cloud.${STACK_NAME}.timeout"
	for _, s := range c.Facts.Services {
		c.tree.eachLabel(s.Name, func(k, v string) (string, bool) { return v, k != key })
	}
	c.tree.setLabel(c.front(), key, "1")
	return nil
}

// generated are the secrets that abra makes.
func (c *Copy) generated() []recipe.Secret {
	var found []recipe.Secret
	for _, s := range c.Facts.Secrets {
		if _, declared := c.Plan.Secrets[s.Spec.Name]; s.External && !s.Spec.Manual && !declared {
			found = append(found, s)
		}
	}
	return found
}

// secretInLog prints one secret split over two writes, within base64, and within JSON.
func secretInLog(c *Copy) error {
	secrets := c.generated()
	if len(secrets) == 0 {
		return notApplicable("the recipe has no secret that abra generates")
	}
	file := "/run/secrets/" + secrets[0].Key
	script := strings.Join([]string{
		"v=$$(cat " + file + "); n=$$(($${#v} / 2)); a=$$(printf %s \"$$v\" | cut -c1-$$n); b=$$(printf %s \"$$v\" | cut -c$$((n + 1))-)",
		`printf 'split %s' "$$a"; sleep 0.2; echo "$$b"`,
		`printf 'user:%s' "$$v" | base64 -w0; echo`,
		`printf '{"password":"%s"}\n' "$$v"`,
		"exec sleep 1000000",
	}, "\n")
	c.addService(script, map[string]any{"secrets": []any{secrets[0].Key}, "stop_signal": "SIGKILL"})
	return nil
}
