package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// needs judges the dependencies and gives what the app's own templates know: the builtins, and
// of each dependency where it is and what its setup saves.
func (c *checker) needs(needs []Need) scope {
	known := builtinScope()
	var names []string
	for i, n := range needs {
		place := fmt.Sprintf("needs[%d]", i)
		c.want(legalName.MatchString(n.Name), place+".name", "expected a name of letters, digits, dashes and underscores, found %q", n.Name)
		c.want(!slices.Contains(names, n.Name), place+".name", "expected a name of its own, found %q again", n.Name)
		names = append(names, n.Name)
		c.want(len(n.Plan.Needs) == 0, place+".plan.needs", "expected none, found %d: a dependency needs no other", len(n.Plan.Needs))
		for _, p := range check(n.Plan) {
			c.add(join(place+".plan", p.Place), "%s", p.Text)
		}
		inside := builtinScope()
		for _, fact := range NeedFacts {
			inside[n.Name+"."+fact] = true
		}
		c.texts(place+".env", n.Env, inside)
		before := maps.Clone(inside)
		c.steps(place+".setup", n.Setup, inside)
		for name := range inside {
			saved := !before[name]
			c.want(!saved || !slices.Contains(NeedFacts, name), place+".setup", "expected a name of its own to save, found %q, which every dependency has", name)
			if saved {
				known[n.Name+"."+name] = true
			} else if strings.HasPrefix(name, n.Name+".") {
				known[name] = true
			}
		}
	}
	return known
}

// inserted judges where the value of a secret comes from.
func (c *checker) inserted(place, value string, known scope) {
	if value == "" {
		return
	}
	names := Names(value)
	if len(names) != 1 || value != "${"+names[0]+"}" || !ofNeed.MatchString(names[0]) {
		c.add(place, "expected a value that a dependency's setup saved, such as ${idp.client_secret}, found %q", value)
		return
	}
	c.texts(place, value, known)
}

// Sealed names what the setup of a dependency saves as a secret: what `secrets` inserts, and the saved values
// of which that is made.
func (p *Plan) Sealed(n Need) []string {
	var sealed []string
	for _, s := range p.Secrets {
		for _, name := range Names(s.Value) {
			if fact, of := strings.CutPrefix(name, n.Name+"."); of {
				sealed = append(sealed, fact)
			}
		}
	}
	for i := 0; i < len(sealed); i++ { // grows: what goes into one is one
		for _, s := range n.Setup {
			if s.Save == nil || s.Save.As != sealed[i] {
				continue
			}
			for _, name := range Names(s.Save.Value) {
				if !slices.Contains(sealed, name) && !slices.Contains(Builtins, name) {
					sealed = append(sealed, name)
				}
			}
		}
	}
	return sealed
}

// sealed keeps what is inserted as a secret out of the env file and of command lines.
func (c *checker) sealed(p *Plan) {
	var sealed []string
	for _, s := range p.Secrets {
		sealed = append(sealed, Names(s.Value)...)
	}
	refuse := func(place, text string, secrets []string) {
		for _, name := range Names(text) {
			c.want(!slices.Contains(secrets, name), place, "expected no secret here, found `${%s}`, which `secrets` inserts: the app gets it as that secret", name)
		}
	}
	for key, value := range p.Env {
		refuse(join("env", key), value, sealed)
	}
	commands := func(place string, steps []Step, secrets []string) {
		for i, s := range steps {
			if s.Exec == nil {
				continue
			}
			for j, word := range s.Exec.Command {
				refuse(fmt.Sprintf("%s[%d].exec.command[%d]", place, i, j), word, secrets)
			}
		}
	}
	for place, steps := range map[string][]Step{"setup": p.Setup, "state.write": p.State.Write, "state.verify": p.State.Verify, "state.change": p.State.Change} {
		commands(place, steps, sealed)
	}
	for i, n := range p.Needs {
		commands(fmt.Sprintf("needs[%d].setup", i), n.Setup, p.Sealed(n))
	}
}
