package follow

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// pipeline is one document of .drone.yml; an unknown key fails the test.
type pipeline struct {
	Kind, Type, Name string
	Platform         struct{ OS string }
	Trigger          struct{ Event, Branch []string }
	Steps            []struct {
		Name     string
		Commands []string
		When     struct{ Status []string }
	}
}

func pipelines(t *testing.T) []pipeline {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", ".drone.yml"))
	if err != nil {
		t.Fatal(err)
	}
	// Drone pastes parameters in before it reads the file: comments are no refuge.
	if bytes.Contains(b, []byte("${")) {
		t.Error(".drone.yml: found ${: a parameter would be pasted into the file; write \"$NAME\"")
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	var all []pipeline
	for {
		var p pipeline
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestPipelines(t *testing.T) {
	all := pipelines(t)
	if len(all) != 2 || all[0].Name != "self-test" || all[1].Name != "recipe" {
		t.Fatalf("expected self-test and recipe, found %v", all)
	}
	for _, p := range all {
		if p.Kind != "pipeline" || p.Type != "exec" {
			t.Errorf("%s: expected an exec pipeline, found %s, %s", p.Name, p.Kind, p.Type)
		}
	}
	own, recipe := all[0].Trigger, all[1].Trigger
	if !slices.Equal(own.Event, []string{"push"}) || !slices.Equal(own.Branch, []string{"main"}) {
		t.Errorf("self-test: expected a push to main alone, found %v", own)
	}
	if !slices.Equal(recipe.Event, []string{"custom"}) || recipe.Branch != nil {
		t.Errorf("recipe: expected event custom alone, found %v", recipe)
	}
}

// An organisation's own recipes are built by the same pipeline (N4).
func TestTemplateBuildsTheSame(t *testing.T) {
	read := func(path ...string) string {
		b, err := os.ReadFile(filepath.Join(append([]string{"..", "..", ".."}, path...)...))
		if err != nil {
			t.Fatal(err)
		}
		_, last, found := strings.Cut(string(b), "\n---\n")
		if !found {
			t.Fatalf("%v: expected a line of three dashes", path)
		}
		return last
	}
	if own, theirs := read(".drone.yml"), read("lib", "template", ".drone.yml"); own != theirs {
		t.Errorf("lib/template/.drone.yml: expected the pipeline recipe of .drone.yml, found\n%s", theirs)
	}
}

// The steps are the driver's stages in its order, and only the report runs whatever happened.
func TestSteps(t *testing.T) {
	steps := pipelines(t)[1].Steps
	want := append([]string{"start"}, Stages...)
	if len(steps) != len(want) {
		t.Fatalf("expected steps %q, found %v", want, steps)
	}
	for i, s := range steps {
		if s.Name != want[i] {
			t.Errorf("step %d: expected %s, found %s", i, want[i], s.Name)
		}
		if i > 0 && !slices.Equal(s.Commands, []string{".cc-ci/bin/cc-ci follow " + s.Name}) {
			t.Errorf("step %s: found %q", s.Name, s.Commands)
		}
		if always := slices.Equal(s.When.Status, []string{"success", "failure"}); always != (s.Name == Report) {
			t.Errorf("step %s: status %q", s.Name, s.When.Status)
		}
	}
}

var (
	quoted   = regexp.MustCompile(`"[^"]*"`)
	variable = regexp.MustCompile(`\$[A-Za-z_]*`)
)

// A parameter is text from outside: in double quotes the shell takes it for nothing else.
func TestParametersAreQuoted(t *testing.T) {
	known := []string{trigger.ParamRecipe, trigger.ParamRef, trigger.ParamPR, trigger.ParamSource, trigger.ParamComment}
	for _, p := range pipelines(t) {
		for _, s := range p.Steps {
			for _, c := range s.Commands {
				if strings.ContainsAny(quoted.ReplaceAllString(c, ""), "$`'\\") {
					t.Errorf("%s, step %s: %q: found a variable, or quoting, outside of double quotes", p.Name, s.Name, c)
				}
				for _, v := range variable.FindAllString(c, -1) {
					if !slices.Contains(known, v[1:]) {
						t.Errorf("%s, step %s: %q: %s is no parameter of a build", p.Name, s.Name, c, v)
					}
				}
			}
		}
	}
}
