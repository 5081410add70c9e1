package main

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"

	"github.com/drone/runner-go/clone"
	"github.com/drone/runner-go/environ"
	"github.com/drone/runner-go/manifest"
	"github.com/drone/runner-go/pipeline/runtime"
	"github.com/drone/runner-go/secret"
	"github.com/drone/runner-go/shell"
)

// compiler turns a pipeline into processes, as drone-runner-exec does: one folder per build with a home, a
// workspace and the scripts; one shell per step; a clone first.
type compiler struct {
	root  string            // where the builds' folders lie
	extra map[string]string // for every step
}

func (c compiler) Compile(ctx context.Context, a runtime.CompilerArgs) runtime.Spec {
	p := a.Pipeline.(*exec)
	s := &spec{root: filepath.Join(c.root, "drone-"+rand.Text())}
	if a.Netrc != nil {
		s.netrc = "machine " + a.Netrc.Machine + " login " + a.Netrc.Login + " password " + a.Netrc.Password
	}
	// Of the runner's own environment a step gets PATH and USER; a build's parameters win over them.
	env := environ.Combine(
		map[string]string{"PATH": os.Getenv("PATH"), "USER": os.Getenv("USER")},
		c.extra, a.Build.Params, environ.Proxy(),
		environ.System(a.System), environ.Repo(a.Repo), environ.Build(a.Build), environ.Stage(a.Stage),
		environ.Link(a.Repo, a.Build, a.System),
		clone.Environ(clone.Config{User: clone.User{Name: a.Build.AuthorName, Email: a.Build.AuthorEmail}}),
		map[string]string{"HOME": s.home(), "DRONE_HOME": s.workspace(), "DRONE_WORKSPACE": s.workspace()},
	)
	if !p.Clone.Disable {
		s.add(&process{name: "clone", env: env, policy: runtime.RunAlways, commands: clone.Commands(clone.Args{
			Branch: a.Build.Target, Commit: a.Build.After, Ref: a.Build.Ref, Remote: a.Repo.HTTPURL, Depth: p.Clone.Depth,
		})})
	}
	for _, from := range p.Steps {
		to := &process{name: from.Name, commands: from.Commands, policy: policy(from, a)}
		if strings.EqualFold(from.Failure, "ignore") {
			to.onError = runtime.ErrIgnore
		}
		own := map[string]string{}
		for name, v := range from.Environment {
			if v.Secret == "" {
				own[name] = v.Value
			} else if found, _ := a.Secret.Find(ctx, &secret.Request{Name: v.Secret, Build: a.Build, Repo: a.Repo, Conf: a.Manifest}); found != nil {
				to.secrets = append(to.secrets, masked{v.Secret, found.Data})
				own[name] = found.Data
			}
		}
		to.env = environ.Combine(env, environ.Expand(own))
		s.add(to)
	}
	return s
}

// policy says when a step is run.
func policy(s step, a runtime.CompilerArgs) runtime.RunPolicy {
	matches := s.When.Match(manifest.Match{
		Action: a.Build.Action, Cron: a.Build.Cron, Ref: a.Build.Ref, Repo: a.Repo.Slug,
		Instance: a.System.Host, Target: a.Build.Deploy, Event: a.Build.Event, Branch: a.Build.Target,
	})
	failure, success := s.When.Status.Includes("failure"), s.When.Status.Match("success")
	switch {
	case !matches:
		return runtime.RunNever
	case failure && success:
		return runtime.RunAlways
	case failure:
		return runtime.RunOnFailure
	}
	return runtime.RunOnSuccess
}

// script is what the step's shell is given.
func (p *process) script() []byte { return []byte(shell.Script(p.commands)) }
