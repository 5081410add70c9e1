// Package gitea speaks to a Gitea server for the bridge, in the bridge's words.
//
// Contract: every call has the caller's context and apiclient's limits; an answer that
// is not what was asked for is an error that names the call and the status. Facts about
// Gitea that are relied on (membership's statuses, the time line's pull_push entries,
// what touches a pull request) are in docs/explanation/trigger.md.
package gitea

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	sdk "code.gitea.io/sdk/gitea"

	"coopcloud.tech/cc-ci/internal/apiclient"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// Client is one server, one organisation, one account.
type Client struct {
	url, org, bot string
	transport     *apiclient.Transport
	stranger      atomic.Pointer[string] // whose the token is, where it isn't the bot's
}

// New makes a client. No request is made.
func New(url, org, token string) *Client {
	return &Client{url: strings.TrimSuffix(url, "/"), org: org, transport: apiclient.New("token", token)}
}

// As names the account that the token should be of, so that Post can tell where it isn't.
func (c *Client) As(bot string) *Client {
	c.bot = bot
	return c
}

// Close ends idle connections.
func (c *Client) Close() { c.transport.Close() }

// sdk gives the SDK's client for one call: it keeps a context of its own. Without a
// version it asks the server for none.
func (c *Client) sdk(ctx context.Context) *sdk.Client {
	client, err := sdk.NewClient(c.url, sdk.SetContext(ctx), sdk.SetGiteaVersion(""), sdk.SetHTTPClient(c.transport.Client(ctx, nil)))
	if err != nil {
		panic(err) // no option fails
	}
	return client
}

// fault says what a call on what came to. The answer's text is the server's: it is shortened.
func fault(call string, on any, resp *sdk.Response, err error) error {
	if err == nil {
		return nil
	}
	where := fmt.Sprintf("gitea: %s of %v", call, on)
	if resp == nil || resp.Response == nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	text := fmt.Sprintf("%.200s", err)
	switch resp.StatusCode {
	case http.StatusNotFound:
		return fmt.Errorf("%s: status 404, %s: %w", where, text, trigger.ErrGone)
	case http.StatusForbidden, http.StatusUnauthorized:
		return fmt.Errorf("%s: status %d, %s: %w", where, resp.StatusCode, text, trigger.ErrForbidden)
	}
	if resp.StatusCode < http.StatusMultipleChoices { // the answer could not be read, or not be understood
		return fmt.Errorf("%s: %w", where, err)
	}
	return fmt.Errorf("%s: status %d, %s", where, resp.StatusCode, text)
}

// Member asks whether user is a member of the organisation (T4): 204 is yes, 404 no,
// anything else "cannot tell", an error. 303 means that the bot itself is not a member:
// the address it points to would call a concealed member a stranger.
func (c *Client) Member(ctx context.Context, user string) (bool, error) {
	is, resp, err := c.sdk(ctx).CheckOrgMembership(c.org, user)
	if resp != nil && resp.Response != nil && resp.StatusCode == http.StatusSeeOther {
		return false, fmt.Errorf("gitea: membership of %s in %s: status 303: the bot is not a member of the organisation: %w", user, c.org, trigger.ErrForbidden)
	}
	return is, fault("membership in "+c.org, user, resp, err)
}

// pageSize is the most that Gitea gives unless it is configured otherwise.
const pageSize = 50

// maxPages bounds what one call reads: 10,000 pull requests touched since the last look.
const maxPages = 200

// Touched lists the organisation's pull requests that something happened to since then,
// in one request where nothing did, and gives the forge's time at the first answer.
func (c *Client) Touched(ctx context.Context, since time.Time) ([]trigger.Touched, time.Time, error) {
	var out []trigger.Touched
	var now time.Time
	opt := sdk.ListIssueOption{
		ListOptions: sdk.ListOptions{Page: 1, PageSize: pageSize},
		// With "open" a pull request that is closed between two pages would shift another off its page.
		State: sdk.StateAll, Type: sdk.IssueTypePull, Owner: c.org, Since: since.UTC(),
	}
	for ; opt.Page <= maxPages; opt.Page++ {
		issues, resp, err := c.sdk(ctx).ListIssues(opt)
		if err != nil {
			return nil, now, fault("search for pull requests", c.org, resp, err)
		}
		if now.IsZero() {
			if now, err = http.ParseTime(resp.Header.Get("Date")); err != nil {
				return nil, now, fmt.Errorf("gitea: search for pull requests of %s: Date header: %w", c.org, err)
			}
		}
		for _, i := range issues {
			if t, ok := touched(i); ok && strings.EqualFold(t.Owner, c.org) {
				out = append(out, t)
			}
		}
		if len(issues) == 0 || resp.NextPage == 0 {
			return out, now, nil
		}
	}
	return nil, now, fmt.Errorf("gitea: search for pull requests of %s: more than %d pages since %s", c.org, maxPages, since)
}

func touched(i *sdk.Issue) (trigger.Touched, bool) {
	if i == nil || i.Repository == nil || i.PullRequest == nil {
		return trigger.Touched{}, false
	}
	owner, repo, ok := strings.Cut(i.Repository.FullName, "/")
	return trigger.Touched{Pull: trigger.Pull{Owner: owner, Repo: repo, Number: i.Index}, Updated: i.Updated}, ok
}
