package plan

import (
	"fmt"
	"maps"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// scope is what templates may name at one place of a list.
type scope map[string]bool

func builtinScope() scope {
	s := scope{}
	for _, name := range Builtins {
		s[name] = true
	}
	return s
}

// steps checks a list in order and adds the names that it saves to known.
func (c *checker) steps(place string, steps []Step, known scope) {
	for i, s := range steps {
		at := fmt.Sprintf("%s[%d]", place, i)
		switch {
		case s.HTTP != nil:
			c.http(at+".http", s.HTTP, known)
		case s.Exec != nil:
			c.exec(at+".exec", s.Exec, known)
		case s.File != nil:
			c.file(at+".file", s.File, known)
		case s.Browser != nil:
			c.want(s.Within == 0, at+".within", "expected no such modifier beside browser, whose steps wait by themselves")
			c.want(len(s.Browser) > 0, at+".browser", "expected at least one step, found none")
			c.browser(at+".browser", s.Browser, known)
		case s.Save != nil:
			c.texts(at+".save.value", s.Save.Value, known)
			c.learn(at+".save.as", s.Save.As, known)
		}
	}
}

func (c *checker) http(place string, h *HTTP, known scope) {
	c.oneOf(place+".method", h.Method, requestMethods)
	rooted := strings.HasPrefix(h.Path, "/") || strings.HasPrefix(h.Path, "https://") || strings.HasPrefix(h.Path, "${")
	c.want(rooted, place+".path", "expected /..., https://... or a template, found %q", h.Path)
	c.want(h.Body == "" || len(h.Form) == 0 && h.Upload == nil, place+".body", "expected one of body, form and upload (form and upload may go together), found body and another")
	c.texts(place, h, known)
	c.saves(place+".save", h.Save, []string{"header", "body", "json", "regex", "cookie"}, known)
}

func (c *checker) exec(place string, e *Exec, known scope) {
	c.want(e.Service != "", place+".service", "expected a service's name, found none")
	c.want(len(e.Command) > 0, place+".command", "expected at least one word, found none")
	for i, word := range e.Command {
		c.want(!strings.Contains(word, "${"+SecretPrefix), fmt.Sprintf("%s.command[%d]", place, i), "expected no secret in a command line, found one: give it by stdin or env")
	}
	c.texts(place, e, known)
	c.saves(place+".save", e.Save, []string{"stdout", "line", "json", "regex"}, known)
}

func (c *checker) file(place string, f *File, known scope) {
	c.want(f.Service != "", place+".service", "expected a service's name, found none")
	c.want(path.IsAbs(f.Path), place+".path", "expected an absolute path, found %q", f.Path)
	said := 0
	for _, one := range []bool{f.Write != nil, f.Expect != nil, f.Absent} {
		if one {
			said++
		}
	}
	c.want(said == 1, place, "expected one of write, expect and absent, found %d", said)
	c.texts(place, f, known)
}

func (c *checker) browser(place string, steps []BrowserStep, known scope) {
	for i, s := range steps {
		at := fmt.Sprintf("%s[%d]", place, i)
		c.texts(at, s, known)
		c.locators(at, reflect.ValueOf(s))
		switch {
		case s.Screenshot != "":
			c.want(fileName.MatchString(s.Screenshot), at+".screenshot", "expected a file name, found %q", s.Screenshot)
		case s.Wait != nil:
			c.oneOf(at+".wait.state", s.Wait.State, waitStates)
		case s.Download != nil:
			c.want(s.Download.Contains+s.Download.SHA256 != "", at+".download", "expected contains or sha256, found neither")
		case s.NoErrors != nil:
			c.noErrors(at+".expectNoConsoleErrors", s.NoErrors)
		case s.Save != nil:
			c.learn(at+".save.as", s.Save.As, known)
		}
	}
}

// locators wants every At in v to name its element in exactly one way.
func (c *checker) locators(place string, v reflect.Value) {
	v = reflect.Indirect(v)
	if !v.IsValid() || v.Kind() != reflect.Struct {
		return
	}
	if at, ok := v.Interface().(At); ok {
		ways := 0
		for _, way := range []string{at.Role, at.Label, at.Placeholder, at.Text, at.TestID, at.CSS} {
			if way != "" {
				ways++
			}
		}
		c.want(ways == 1, place, "expected one of role, label, placeholder, text, testId, css, found %d", ways)
		c.want(at.Name == "" || at.Role != "", place+".name", "expected name beside role, found it alone")
		return
	}
	for field, value := range v.Fields() {
		name, _ := jsonName(field)
		c.locators(join(place, name), value)
	}
}

// saves checks the right-hand sides of a save and adds its names to known.
func (c *checker) saves(place string, save map[string]string, kinds []string, known scope) {
	for _, name := range slices.Sorted(maps.Keys(save)) {
		kind, rest, _ := strings.Cut(save[name], ":")
		c.want(slices.Contains(kinds, kind), join(place, name), "expected one of %s, found %q", strings.Join(kinds, ", "), save[name])
		c.want(rest != "" || kind == "body" || kind == "stdout", join(place, name), "expected something after %q", kind+":")
		if kind == "regex" {
			c.regexp(join(place, name), rest)
		}
		c.learn(join(place, name), name, known)
	}
}

func (c *checker) regexp(place, expr string) {
	_, err := regexp.Compile(expr)
	c.want(err == nil, place, "expected a regular expression, found %q: %v", expr, err)
}

func (c *checker) learn(place, name string, known scope) {
	c.want(legalName.MatchString(name), place, "expected a name of letters, digits, dashes and underscores, found %q", name)
	c.want(!slices.Contains(Builtins, name), place, "expected a name of its own, found %q, which every template knows already", name)
	known[name] = true
}

// literal names the fields that are grammar or names, in which `${` has no meaning.
var literal = []string{"save", "as", "allow", "method", "service"}

// texts checks the templates of every string in v.
func (c *checker) texts(place string, v any, known scope) {
	c.walk(place, reflect.ValueOf(v), known)
}

func (c *checker) walk(place string, v reflect.Value, known scope) {
	switch v = reflect.Indirect(v); v.Kind() {
	case reflect.String:
		_, err := Expand(v.String(), known.lookup)
		c.want(err == nil, place, "%v", err)
	case reflect.Slice:
		for i := range v.Len() {
			c.walk(fmt.Sprintf("%s[%d]", place, i), v.Index(i), known)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			c.walk(join(place, key.String()), v.MapIndex(key), known)
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			name, _ := jsonName(field)
			if name == "save" && value.Kind() == reflect.Map || name != "save" && slices.Contains(literal, name) {
				continue
			}
			c.walk(join(place, name), value, known)
		}
	}
}

func (s scope) lookup(name string) (string, error) {
	if s[name] || strings.HasPrefix(name, SecretPrefix) {
		return "", nil
	}
	names := slices.Sorted(maps.Keys(s))
	return "", fmt.Errorf("`${%s}` is never saved before this step; known here: %s", name, strings.Join(names, ", "))
}

// expects says whether a step can fail because the app shows the wrong thing.
func (s Step) expects() bool {
	switch {
	case s.HTTP != nil:
		e := s.HTTP.Expect
		return e != nil && (e.Status != 0 || e.Body+e.Absent+e.SHA256 != "" || e.Equals != nil || len(e.JSON)+len(e.Header) > 0)
	case s.Exec != nil:
		return s.Exec.Expect != nil
	case s.File != nil:
		return s.File.Expect != nil || s.File.Absent
	default:
		return slices.ContainsFunc(s.Browser, BrowserStep.expects)
	}
}

func (s BrowserStep) expects() bool {
	compares := s.ExpectText != nil || s.ExpectURL != "" || s.ExpectTitle != "" || s.NoErrors != nil || s.Eval != nil || s.Download != nil || s.Wait != nil
	return compares && !s.Optional
}

// noErrors judges which messages of a page are ignored.
func (c *checker) noErrors(place string, n *NoConsoleErrors) {
	if n == nil {
		return
	}
	for i, expr := range n.Allow {
		c.regexp(fmt.Sprintf("%s.allow[%d]", place, i), expr)
	}
}
