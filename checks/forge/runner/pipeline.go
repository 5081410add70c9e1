package main

import (
	"fmt"
	"strings"

	"github.com/buildkite/yaml"
	"github.com/drone/runner-go/manifest"
)

// exec is a document of .drone.yml of kind pipeline and type exec.
type exec struct {
	Version, Kind, Type, Name string

	Clone manifest.Clone
	Steps []step
}

// step is one of its steps, as written.
type step struct {
	Name        string
	Commands    []string
	Environment map[string]*manifest.Variable
	Failure     string
	When        manifest.Conditions
}

func (p *exec) GetVersion() string { return p.Version }
func (p *exec) GetKind() string    { return p.Kind }
func (p *exec) GetType() string    { return p.Type }
func (p *exec) GetName() string    { return p.Name }

// parse is a manifest.Driver; what it does not take is another runner's.
func parse(r *manifest.RawResource) (manifest.Resource, bool, error) {
	if r.Kind != manifest.KindPipeline || r.Type != "exec" {
		return nil, false, nil
	}
	p := &exec{}
	if err := yaml.Unmarshal(r.Data, p); err != nil {
		return nil, true, err
	}
	if p.Name == "" {
		p.Name = "default"
	}
	return p, true, check(p)
}

func check(p *exec) error {
	seen := map[string]bool{"clone": !p.Clone.Disable}
	for _, s := range p.Steps {
		switch {
		case s.Name == "" || strings.ContainsAny(s.Name, "/\x00"):
			return fmt.Errorf("pipeline %s: expected a step with a name, found %q", p.Name, s.Name)
		case seen[s.Name]:
			return fmt.Errorf("pipeline %s: two steps are called %s", p.Name, s.Name)
		}
		seen[s.Name] = true
	}
	return nil
}

// lookup finds a build's pipeline among the documents.
func lookup(name string, m *manifest.Manifest) (manifest.Resource, error) {
	for _, r := range m.Resources {
		if p, ok := r.(*exec); ok && p.Name == name {
			return p, nil
		}
	}
	return nil, fmt.Errorf("no exec pipeline is called %s", name)
}
