// Package mirror brings a recipe from upstream to the organisation's repositories, where
// pull requests are made and tested (O2): the repository is made where it is missing, the
// main branch and the tags follow upstream's, a branch is pushed and a pull request opened.
//
// Contract: Plan looks and writes nothing; Do writes what a plan says, and a plan of a second
// call is empty. Nothing of the mirror is ever written over: a main branch that has commits
// of its own gets upstream's as a pull request, and a tag that differs is a conflict. It is run by a person
// with a token of their own, which is in no argument and no address.
package mirror

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/gitea"
	"coopcloud.tech/cc-ci/internal/recipe"
)

// Forge is the part of the forge that a mirror needs.
type Forge interface {
	Repository(ctx context.Context, name string) (gitea.Repository, bool, error)
	MakeRepository(ctx context.Context, name, branch, description string) (gitea.Repository, error)
	OpenPull(ctx context.Context, name, branch, base string) (string, error)
	MakePull(ctx context.Context, name, branch, base, title, body string) (string, error)
}

var _ Forge = (*gitea.Client)(nil)

// Request is what a person asks for.
type Request struct {
	Recipe   string
	Upstream string // git URL
	Token    string // of the person, for git
	Branch   string // to push and to open a pull request from; empty: none
	From     string // local repository whose HEAD the branch gets
}

// Plan is what has to be written.
type Plan struct {
	Make      bool              // the repository is missing
	Push      map[string]string // full name -> object
	Pull      string            // branch that gets a pull request; empty: none
	Conflicts []string          // what was left as it is, for a person to decide
	Lines     []string          // all of it in words

	request    Request
	dir        string // scratch repository with all objects
	repository gitea.Repository
	base       string
}

// Nothing tells whether there is nothing to write.
func (p *Plan) Nothing() bool { return !p.Make && len(p.Push) == 0 && p.Pull == "" }

var (
	recipeForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,99}$`)
	branchForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$`)
)

// Check refuses names that no forge and no git takes.
func (r Request) Check() error {
	if !recipeForm.MatchString(r.Recipe) {
		return fmt.Errorf("recipe: expected a name like hedgedoc, found %q", r.Recipe)
	}
	if (r.Branch == "") != (r.From == "") {
		return fmt.Errorf("expected a branch and the local repository that it comes from, found %q and %q", r.Branch, r.From)
	}
	if r.Branch != "" && (!branchForm.MatchString(r.Branch) || strings.Contains(r.Branch, "..") || strings.HasSuffix(r.Branch, ".lock")) {
		return fmt.Errorf("branch: expected a name like my-change, found %q", r.Branch)
	}
	return nil
}

// Look compares upstream with the mirror. dir is an empty folder for objects, which the plan needs until it is done.
func Look(ctx context.Context, f Forge, r Request, dir string) (*Plan, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	p := &Plan{request: r, dir: filepath.Join(dir, "objects.git"), Push: map[string]string{}}
	if err := recipe.Scratch(ctx, p.dir); err != nil {
		return nil, err
	}
	upstream := recipe.Remote{URL: r.Upstream}
	theirs, err := upstream.Refs(ctx)
	if err != nil {
		return nil, err
	}
	if p.base = mainBranch(theirs); p.base == "" {
		return nil, fmt.Errorf("%s: expected a branch main or master, found %d branches and tags without", r.Upstream, len(theirs))
	}
	if err := upstream.Fetch(ctx, p.dir, "upstream"); err != nil {
		return nil, err
	}
	ours, err := p.mirrored(ctx, f)
	if err != nil {
		return nil, err
	}
	if err := p.main(ctx, theirs, ours); err != nil {
		return nil, err
	}
	p.tags(theirs, ours)
	if err := p.branch(ctx, ours); err != nil {
		return nil, err
	}
	return p, p.unopened(ctx, f)
}

func mainBranch(refs map[string]string) string {
	for _, name := range []string{"main", "master"} {
		if refs["refs/heads/"+name] != "" {
			return name
		}
	}
	return ""
}

// mirrored reads the mirror; of one that is missing there is nothing.
func (p *Plan) mirrored(ctx context.Context, f Forge) (map[string]string, error) {
	repository, found, err := f.Repository(ctx, p.request.Recipe)
	if err != nil {
		return nil, err
	}
	p.repository = repository
	if !found {
		p.Make = true
		p.say("make the repository %s, public and empty", p.request.Recipe)
		return nil, nil
	}
	if repository.Archived || !repository.Writable {
		return nil, fmt.Errorf("%s: expected a repository that you may push to, found one that is archived (%t) or that your token may not write (%t)",
			repository.Name, repository.Archived, !repository.Writable)
	}
	remote := p.remote()
	refs, err := remote.Refs(ctx)
	if err == nil && len(refs) > 0 {
		err = remote.Fetch(ctx, p.dir, "mirror")
	}
	return refs, err
}

func (p *Plan) remote() recipe.Remote {
	return recipe.Remote{URL: p.repository.Address, Token: p.request.Token}
}

func (p *Plan) say(format string, args ...any) {
	p.Lines = append(p.Lines, fmt.Sprintf(format, args...))
}

// main lets the mirror's main branch follow upstream's where it can without losing anything.
func (p *Plan) main(ctx context.Context, theirs, ours map[string]string) error {
	name := "refs/heads/" + p.base
	up, have := theirs[name], ours[name]
	if up == have {
		return nil
	}
	if have == "" {
		p.Push[name] = up
		p.say("push %s at %.7s", p.base, up)
		return nil
	}
	own, err := recipe.Ahead(ctx, p.dir, have, up)
	if err != nil {
		return err
	}
	behind, err := recipe.Ahead(ctx, p.dir, up, have)
	switch {
	case err != nil:
		return err
	case own == 0:
		p.Push[name] = up
		p.say("bring %s forward by %d commits to %.7s", p.base, behind, up)
	case behind == 0:
		p.say("(%s has %d commits that upstream has not, and all of upstream's: left)", p.base, own)
	default:
		p.Conflicts = append(p.Conflicts, fmt.Sprintf("%s has %d commits of its own and lacks %d of upstream's: it is left, and upstream's come as a pull request", p.base, own, behind))
		if branch := "refs/heads/" + diverged; ours[branch] != up {
			p.Push[branch] = up
			p.say("push upstream's %s as the branch %s", p.base, diverged)
		}
		p.Pull = diverged
	}
	return nil
}

// diverged is the branch that upstream's main is brought as where the mirror's has commits of its own.
const diverged = "upstream-main"

// tags adds those that the mirror lacks.
func (p *Plan) tags(theirs, ours map[string]string) {
	var added []string
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		tag, ok := strings.CutPrefix(name, "refs/tags/")
		switch have := ours[name]; {
		case !ok || have == theirs[name]:
		case have == "":
			p.Push[name] = theirs[name]
			added = append(added, tag)
		default:
			p.Conflicts = append(p.Conflicts, fmt.Sprintf("tag %s is %.7s here and %.7s upstream: it is left", tag, have, theirs[name]))
		}
	}
	if len(added) > 0 {
		p.say("push %d tags: %s", len(added), strings.Join(added, " "))
	}
}

// branch brings the person's own branch, where one is asked for.
func (p *Plan) branch(ctx context.Context, ours map[string]string) error {
	r := p.request
	if r.Branch == "" {
		return nil
	}
	if r.Branch == p.base {
		return fmt.Errorf("branch: expected another than %s, which follows upstream", p.base)
	}
	from, err := filepath.Abs(r.From)
	if err != nil {
		return err
	}
	if _, err := os.Stat(from); err != nil {
		return err
	}
	head, err := recipe.Head(ctx, from)
	if err != nil {
		return fmt.Errorf("%s: expected a repository with a commit: %w", r.From, err)
	}
	if err := (recipe.Remote{URL: from}).Fetch(ctx, p.dir, "local"); err != nil {
		return err
	}
	if _, err := recipe.Peel(ctx, p.dir, head); err != nil {
		return fmt.Errorf("%s: HEAD %.7s is on no branch: make one first", r.From, head)
	}
	if name := "refs/heads/" + r.Branch; ours[name] != head {
		p.Push[name] = head
		p.say("push %.7s of %s as the branch %s", head, r.From, r.Branch)
	}
	p.Pull = r.Branch
	return nil
}

// unopened leaves out a pull request that is open already. Of an empty repository Gitea answers 404, also for a moment
// after the first push.
func (p *Plan) unopened(ctx context.Context, f Forge) (err error) {
	if p.Pull != "" && !p.Make && !p.repository.Empty {
		var open string
		if open, err = f.OpenPull(ctx, p.request.Recipe, p.Pull, p.base); open != "" {
			p.say("(%s is open already)", open)
			p.Pull = ""
		}
	}
	if p.Pull != "" {
		p.say("open a pull request from %s to %s", p.Pull, p.base)
	}
	return err
}
