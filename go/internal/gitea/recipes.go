package gitea

import (
	"context"
	"fmt"
	"strings"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// Recipes reads which recipes are enrolled: the folders in one folder of a repository.
type Recipes struct {
	*Client
	Project string // "owner/name" of the repository with recipes/ and .drone.yml
	Folder  string // "recipes"
}

// Enrolled lists the folders on the project's default branch (N2); one whose name begins
// with "_" is a template.
func (r Recipes) Enrolled(ctx context.Context) (map[string]bool, error) {
	owner, name, _ := strings.Cut(r.Project, "/")
	list, resp, err := r.sdk(ctx).ListContents(owner, name, "", r.Folder)
	if err != nil {
		return nil, fault("folder "+r.Folder, r.Project, resp, err)
	}
	out := map[string]bool{}
	for _, e := range list {
		if e != nil && e.Type == "dir" && !strings.HasPrefix(e.Name, "_") {
			out[e.Name] = true
		}
	}
	return out, nil
}

// Branch gives the commit at the tip of the default branch of a recipe's repository in the
// organisation; trigger.ErrGone where there is no such repository.
func (r Recipes) Branch(ctx context.Context, recipe string) (trigger.Head, error) {
	repo, resp, err := r.sdk(ctx).GetRepo(r.org, recipe)
	if err != nil {
		return trigger.Head{}, fault("repository", r.org+"/"+recipe, resp, err)
	}
	branch, resp, err := r.sdk(ctx).GetRepoBranch(r.org, recipe, repo.DefaultBranch)
	if err != nil {
		return trigger.Head{}, fault("branch "+repo.DefaultBranch, repo.FullName, resp, err)
	}
	if branch.Commit == nil || len(branch.Commit.ID) != 40 {
		return trigger.Head{}, fmt.Errorf("gitea: branch %s of %s: expected a commit, found none", repo.DefaultBranch, repo.FullName)
	}
	return trigger.Head{Open: true, SHA: branch.Commit.ID, Source: repo.FullName}, nil
}
