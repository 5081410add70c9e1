package main

import (
	"maps"
	"path/filepath"

	"github.com/drone/runner-go/pipeline/runtime"
)

// spec is a build: a folder, and processes that follow one another.
type spec struct {
	root  string
	netrc string
	steps []*process
}

func (s *spec) home() string      { return filepath.Join(s.root, "home", "drone") }
func (s *spec) workspace() string { return filepath.Join(s.root, "drone", "src") }
func (s *spec) scripts() string   { return filepath.Join(s.root, "opt") }

func (s *spec) StepLen() int              { return len(s.steps) }
func (s *spec) StepAt(i int) runtime.Step { return s.steps[i] }

func (s *spec) add(p *process) {
	if n := len(s.steps); n > 0 {
		p.after = []string{s.steps[n-1].name}
	}
	s.steps = append(s.steps, p)
}

// process is one step.
type process struct {
	name     string
	commands []string
	env      map[string]string
	secrets  []masked
	after    []string
	policy   runtime.RunPolicy
	onError  runtime.ErrPolicy
}

func (p *process) GetName() string                  { return p.name }
func (p *process) GetDependencies() []string        { return p.after }
func (p *process) GetEnviron() map[string]string    { return p.env }
func (p *process) SetEnviron(env map[string]string) { p.env = env }
func (p *process) GetErrPolicy() runtime.ErrPolicy  { return p.onError }
func (p *process) GetRunPolicy() runtime.RunPolicy  { return p.policy }
func (p *process) GetSecretAt(i int) runtime.Secret { return p.secrets[i] }
func (p *process) GetSecretLen() int                { return len(p.secrets) }
func (p *process) IsDetached() bool                 { return false }
func (p *process) GetImage() string                 { return "" }
func (p *process) Clone() runtime.Step {
	c := *p
	c.env = maps.Clone(p.env)
	return &c
}

// masked is a secret whose value the log hides.
type masked struct{ name, value string }

func (m masked) GetName() string  { return m.name }
func (m masked) GetValue() string { return m.value }
func (m masked) IsMasked() bool   { return true }
