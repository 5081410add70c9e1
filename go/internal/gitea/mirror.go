package gitea

import (
	"context"
	"errors"
	"fmt"

	sdk "code.gitea.io/sdk/gitea"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// Repository is a repository of the organisation.
type Repository struct {
	Name, Address string // "org/name"; where git finds it
	Branch        string // the default one
	Writable      bool   // for the token's account
	Archived      bool
	Empty         bool // nothing was pushed, or the forge has not seen it yet
}

// Repository gives the organisation's repository of this name; found is false where there is none.
func (c *Client) Repository(ctx context.Context, name string) (r Repository, found bool, err error) {
	v, resp, err := c.sdk(ctx).GetRepo(c.org, name)
	if err = fault("repository", c.org+"/"+name, resp, err); errors.Is(err, trigger.ErrGone) {
		return Repository{}, false, nil
	}
	if err != nil {
		return Repository{}, false, err
	}
	return c.repository(v), true, nil
}

func (c *Client) repository(v *sdk.Repository) Repository {
	return Repository{
		Name: v.FullName, Address: c.url + "/" + v.FullName + ".git", Branch: v.DefaultBranch,
		Writable: v.Permissions != nil && (v.Permissions.Push || v.Permissions.Admin), Archived: v.Archived, Empty: v.Empty,
	}
}

// MakeRepository makes an empty, public repository in the organisation.
func (c *Client) MakeRepository(ctx context.Context, name, branch, description string) (Repository, error) {
	v, resp, err := c.sdk(ctx).CreateOrgRepo(c.org, sdk.CreateRepoOption{Name: name, DefaultBranch: branch, Description: description})
	if err != nil {
		return Repository{}, fault("new repository", c.org+"/"+name, resp, err)
	}
	return c.repository(v), nil
}

// OpenPull gives the address of the open pull request from branch to base within a repository; "" where there is none.
func (c *Client) OpenPull(ctx context.Context, name, branch, base string) (string, error) {
	opt := sdk.ListPullRequestsOptions{ListOptions: sdk.ListOptions{Page: 1, PageSize: pageSize}, State: sdk.StateOpen}
	for ; opt.Page <= maxPages; opt.Page++ {
		list, resp, err := c.sdk(ctx).ListRepoPullRequests(c.org, name, opt)
		if err != nil {
			return "", fault("pull requests", c.org+"/"+name, resp, err)
		}
		for _, p := range list {
			if p != nil && p.Head != nil && p.Base != nil && p.Head.Ref == branch && p.Base.Ref == base && p.Head.RepoID == p.Base.RepoID {
				return p.HTMLURL, nil
			}
		}
		if len(list) == 0 {
			return "", nil
		}
	}
	return "", fmt.Errorf("gitea: pull requests of %s/%s: more than %d pages", c.org, name, maxPages)
}

// MakePull opens a pull request from branch to base within a repository and gives its address.
func (c *Client) MakePull(ctx context.Context, name, branch, base, title, body string) (string, error) {
	p, resp, err := c.sdk(ctx).CreatePullRequest(c.org, name, sdk.CreatePullRequestOption{Head: branch, Base: base, Title: title, Body: body})
	if err != nil {
		return "", fault("new pull request from "+branch, c.org+"/"+name, resp, err)
	}
	return p.HTMLURL, nil
}
