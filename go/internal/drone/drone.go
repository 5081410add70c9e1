// Package drone speaks to a Drone server for the bridge, in the bridge's words.
//
// Contract: every call has the caller's context and apiclient's limits; errors name the
// call and the status. Create is never repeated: Drone has no idempotency key, so a lost
// answer may mean that the build was made, and only its list tells.
package drone

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	sdk "github.com/drone/drone-go/drone"

	"coopcloud.tech/cc-ci/internal/apiclient"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// Client is one server and the one repository whose builds are the runs.
type Client struct {
	url, owner, name string
	transport        *apiclient.Transport
}

// New makes a client for the builds of project, "owner/name". No request is made. The token goes into
// the Authorization header: Drone stores an unknown query key as a build's public parameter.
func New(url, project, token string) *Client {
	owner, name, _ := strings.Cut(project, "/")
	return &Client{strings.TrimSuffix(url, "/"), owner, name, apiclient.New("Bearer", token)}
}

// Close ends idle connections.
func (c *Client) Close() { c.transport.Close() }

// call runs one of the SDK's methods under ctx.
func (c *Client) call(ctx context.Context, what string, do func(sdk.Client) error) error {
	status := 0
	err := do(sdk.NewClient(c.url, c.transport.Client(ctx, &status)))
	switch {
	case err == nil:
		return nil
	case status == 0:
		return fmt.Errorf("drone: %s of %s/%s: %w", what, c.owner, c.name, err)
	case status == http.StatusNotFound:
		return fmt.Errorf("drone: %s of %s/%s: status 404: %w", what, c.owner, c.name, trigger.ErrGone)
	case status == http.StatusForbidden, status == http.StatusUnauthorized:
		return fmt.Errorf("drone: %s of %s/%s: status %d: %w", what, c.owner, c.name, status, trigger.ErrForbidden)
	}
	return fmt.Errorf("drone: %s of %s/%s: status %d, %.200s", what, c.owner, c.name, status, err)
}

// PageSize is how many builds a page of Builds holds, unless it is the last one.
const PageSize = 100

// Builds gives a page of the build list, 1 first, newest build first.
func (c *Client) Builds(ctx context.Context, page int) ([]trigger.Build, error) {
	var list []*sdk.Build
	err := c.call(ctx, "list of builds", func(d sdk.Client) (err error) {
		list, err = d.BuildList(c.owner, c.name, sdk.ListOptions{Page: page, Size: PageSize})
		return err
	})
	out := make([]trigger.Build, 0, len(list))
	for _, b := range list {
		if b != nil {
			out = append(out, build(b))
		}
	}
	return out, err
}

// Build reads one build.
func (c *Client) Build(ctx context.Context, number int64) (trigger.Build, error) {
	var out *sdk.Build
	err := c.call(ctx, fmt.Sprintf("build %d", number), func(d sdk.Client) (err error) {
		out, err = d.Build(c.owner, c.name, int(number))
		return err
	})
	if err != nil {
		return trigger.Build{}, err
	}
	return build(out), nil
}

// Create makes a build of the default branch with these parameters and no others.
func (c *Client) Create(ctx context.Context, p trigger.Params) (trigger.Build, error) {
	if err := p.Check(); err != nil {
		return trigger.Build{}, err
	}
	var out *sdk.Build
	err := c.call(ctx, "new build", func(d sdk.Client) (err error) {
		out, err = d.BuildCreate(c.owner, c.name, "", "", p.Map())
		return err
	})
	if err != nil {
		return trigger.Build{}, err
	}
	return build(out), nil
}

// Cancel ends a build; one that has ended already is no error.
func (c *Client) Cancel(ctx context.Context, number int64) error {
	return c.call(ctx, fmt.Sprintf("cancelling build %d", number), func(d sdk.Client) error {
		return d.BuildCancel(c.owner, c.name, int(number))
	})
}

// Guarded gives an error unless the repository's setting keeps pull requests from starting builds: their own
// .drone.yml would be executed on the runner's host.
func (c *Client) Guarded(ctx context.Context) error {
	var repo *sdk.Repo
	err := c.call(ctx, "settings", func(d sdk.Client) (err error) {
		repo, err = d.Repo(c.owner, c.name)
		return err
	})
	if err == nil && !repo.IgnorePulls {
		err = fmt.Errorf("drone: settings of %s/%s: expected pull requests to be ignored, found that they start builds: "+
			"anybody could run commands on the runner's host; an admin sets \"Disable Pull Requests\" (docs/how-to/drone.md)", c.owner, c.name)
	}
	return err
}

func build(b *sdk.Build) trigger.Build {
	return trigger.Build{
		Number: b.Number, Status: b.Status, Params: b.Params, Commit: b.After, Error: b.Error,
		Created: moment(b.Created), Started: moment(b.Started), Finished: moment(b.Finished),
	}
}

func moment(unix int64) time.Time {
	if unix == 0 {
		return time.Time{}
	}
	return time.Unix(unix, 0)
}
