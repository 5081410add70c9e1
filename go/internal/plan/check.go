package plan

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	recipeName  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
	versionLike = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+\S*$`)
	fileName    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
)

// Names that a recipe file may choose from; lib/schema.nix offers the same ones.
var (
	tlsEnds        = []string{"router", "app"}
	upgradeStarts  = []string{"previous", "previous-minor", "previous-major", "oldest"}
	restoreWays    = []string{"in-place", "fresh", "volumes-destroyed"}
	secretKinds    = []string{"hex", "alphanumeric", "base64", "rsa-key"}
	waitStates     = []string{"visible", "hidden", "attached", "detached"}
	requestMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "MKCOL", "REPORT"}
)

// checker gathers what is wrong with a plan whose shape is right.
type checker struct{ found []Problem }

func check(p *Plan) []Problem {
	c := new(checker)
	known := c.needs(p.Needs)
	c.head(p, known)
	c.ready(p.Ready)
	c.noErrors("smoke", p.Smoke)
	c.steps("setup", p.Setup, maps.Clone(known))
	c.state(p, known)
	for i, f := range p.Flows {
		place := fmt.Sprintf("flows[%d]", i)
		c.want(fileName.MatchString(f.Name), place+".name", "expected letters, digits, dots and dashes, found %q", f.Name)
		c.want(slices.ContainsFunc(f.Steps, BrowserStep.expects), place+".steps", "expected at least one expectation, found none: a flow that expects nothing proves nothing")
		c.browser(place+".steps", f.Steps, maps.Clone(known))
	}
	c.variants(p)
	c.limits(p.Limits)
	slices.SortStableFunc(c.found, func(a, b Problem) int { return strings.Compare(a.Place, b.Place) })
	return c.found
}

func (c *checker) add(place, format string, args ...any) {
	c.found = append(c.found, Problem{place, fmt.Sprintf(format, args...)})
}

func (c *checker) want(ok bool, place, format string, args ...any) {
	if !ok {
		c.add(place, format, args...)
	}
}

func (c *checker) oneOf(place, value string, allowed []string) {
	c.want(slices.Contains(allowed, value), place, "expected one of %s, found %q", strings.Join(allowed, ", "), value)
}

func (c *checker) head(p *Plan, known scope) {
	c.want(p.Schema == Schema, "schema", "expected %d, found %d: the plan and this cc-ci are of different versions", Schema, p.Schema)
	c.want(recipeName.MatchString(p.Recipe), "recipe", "expected lower-case letters, digits and dashes, found %q", p.Recipe)
	c.want(p.Source != "" && !strings.HasPrefix(p.Source, "-"), "source", "expected a git URL, found %q", p.Source)
	for i, f := range p.Compose {
		clean := f != "" && path.Clean(f) == f && !path.IsAbs(f) && !strings.HasPrefix(f, "..") && !strings.Contains(f, ":")
		c.want(clean, fmt.Sprintf("compose[%d]", i), "expected a file inside the recipe, found %q", f)
	}
	c.oneOf("tls", p.TLS, tlsEnds)
	c.texts("hosts", p.Hosts, builtinScope())
	c.texts("env", p.Env, known)
	c.sealed(p)
	for name, s := range p.Secrets {
		c.oneOf(join("secrets", name)+".kind", s.Kind, secretKinds)
		c.want(s.Length > 0 && s.Length <= 8192, join("secrets", name)+".length", "expected 1 to 8192, found %d", s.Length)
		c.inserted(join("secrets", name)+".value", s.Value, known)
	}
}

func (c *checker) ready(r Ready) {
	c.want(strings.HasPrefix(r.Path, "/"), "ready.path", "expected a path that begins with /, found %q", r.Path)
	c.texts("ready.also", r.Also, builtinScope())
	for i, u := range r.Also {
		c.want(strings.HasPrefix(u, "https://"), fmt.Sprintf("ready.also[%d]", i), "expected a URL that begins with https://, found %q", u)
	}
	c.want(len(r.Status) > 0, "ready.status", "expected at least one status, found none")
	for i, s := range r.Status {
		place := fmt.Sprintf("ready.status[%d]", i)
		c.want(s >= 100 && s <= 599, place, "expected an HTTP status, found %d", s)
		c.want(s != 404, place, "expected a status that only the app gives, found 404: the router answers so for an app that isn't there")
	}
	c.want(r.Timeout > 0, "ready.timeout", "expected more than 0s")
}

// state judges the three lists; names saved by write are known to verify and change.
func (c *checker) state(p *Plan, known scope) {
	s := p.State
	empty := len(s.Write)+len(s.Verify)+len(s.Change) == 0
	c.want(s.Generic == empty, "state.generic", "expected %t, found %t: it is true where no list is declared", empty, s.Generic)
	if empty {
		return
	}
	c.want(len(s.Write) > 0, "state.write", "expected at least one step, found none: verify and change need something that was written")
	c.want(len(s.Verify) > 0, "state.verify", "expected at least one step, found none: say how to see what state.write wrote")
	c.want(len(s.Change) > 0 || p.Backup.NotApplicable != "", "state.change", "expected at least one step, found none: a restore is only seen after a change (or declare backup.notApplicable)")
	known = maps.Clone(known)
	c.steps("state.write", s.Write, known)
	c.steps("state.verify", s.Verify, maps.Clone(known))
	c.steps("state.change", s.Change, maps.Clone(known))
	for i, step := range s.Verify {
		c.verifies(fmt.Sprintf("state.verify[%d]", i), step)
	}
	c.want(len(s.Verify) == 0 || slices.ContainsFunc(s.Verify, Step.expects), "state.verify", "expected at least one expectation, found none: a list that expects nothing proves nothing")
}

// verifies refuses a step that looks at the app and says nothing about what it should see.
func (c *checker) verifies(place string, s Step) {
	switch {
	case s.HTTP != nil && len(s.HTTP.Save) == 0:
		c.want(s.expects(), place+".http.expect", "expected an expectation or a save, found neither")
	case s.Exec != nil && len(s.Exec.Save) == 0:
		c.want(s.expects(), place+".exec.expect", "expected an expectation or a save, found neither")
	case s.File != nil:
		c.want(s.expects(), place+".file", "expected expect or absent, found neither")
	case s.Browser != nil:
		c.want(s.expects(), place+".browser", "expected at least one expectation, found none")
	}
}

// variants judges which stages apply, and from where.
func (c *checker) variants(p *Plan) {
	c.want(len(p.Upgrade.From) > 0 || p.Upgrade.NotApplicable != "", "upgrade.from", "expected at least one starting version, found none (or declare upgrade.notApplicable)")
	for i, from := range p.Upgrade.From {
		ok := slices.Contains(upgradeStarts, from) || versionLike.MatchString(from)
		c.want(ok, fmt.Sprintf("upgrade.from[%d]", i), "expected one of %s or a version such as 1.2.0+3.4.5, found %q", strings.Join(upgradeStarts, ", "), from)
	}
	c.want(len(p.Backup.Restore) > 0 || p.Backup.NotApplicable != "", "backup.restore", "expected at least one of %s, found none", strings.Join(restoreWays, ", "))
	for i, way := range p.Backup.Restore {
		c.oneOf(fmt.Sprintf("backup.restore[%d]", i), way, restoreWays)
	}
	for i, e := range p.Exceptions {
		complete := e.Rule != "" && e.Place != "" && e.Reason != ""
		c.want(complete, fmt.Sprintf("exceptions[%d]", i), "expected rule, place and reason, found an empty one")
	}
}

func (c *checker) limits(l Limits) {
	for place, d := range map[string]Duration{"deploy": l.Deploy, "step": l.Step, "run": l.Run, "pull": l.Pull} {
		c.want(d > 0, "limits."+place, "expected more than 0s")
	}
}
