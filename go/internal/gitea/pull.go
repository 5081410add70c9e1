package gitea

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	sdk "code.gitea.io/sdk/gitea"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// Head reads the pull request. A fork that was deleted has no name: its commit still lies
// in the pull request's own repository, which is given instead. Gitea answers with the tip
// of the fork's branch at this moment, but shows people what it has noted under
// refs/pull/N/head: a push reaches that one, and the time line, later (half a minute with
// 150 branches in one push), and never where the pull request was closed meanwhile.
func (c *Client) Head(ctx context.Context, p trigger.Pull) (trigger.Head, error) {
	pr, resp, err := c.sdk(ctx).GetPullRequest(p.Owner, p.Repo, p.Number)
	if err != nil {
		return trigger.Head{}, fault("pull request", p, resp, err)
	}
	if pr.Head == nil || len(pr.Head.Sha) != 40 {
		return trigger.Head{}, fmt.Errorf("gitea: pull request %s: expected a head with a commit, found none", p)
	}
	h := trigger.Head{Open: pr.State == sdk.StateOpen && !pr.HasMerged, SHA: pr.Head.Sha, Source: p.Owner + "/" + p.Repo}
	if r := pr.Head.Repository; r != nil && r.FullName != "" {
		h.Source = r.FullName
	}
	if !h.Open {
		return h, nil
	}
	noted, err := c.noted(ctx, p)
	h.Unseen = noted != h.SHA
	return h, err
}

// noted gives the commit that the pull request shows to people, "" where it shows none.
func (c *Client) noted(ctx context.Context, p trigger.Pull) (string, error) {
	name := fmt.Sprintf("pull/%d/head", p.Number)
	refs, resp, err := c.sdk(ctx).GetRepoRefs(p.Owner, p.Repo, name)
	if err = fault("head that is shown", p, resp, err); err != nil && !errors.Is(err, trigger.ErrGone) {
		return "", err
	}
	for _, r := range refs {
		if r != nil && r.Ref == "refs/"+name && r.Object != nil {
			return r.Object.SHA, nil
		}
	}
	return "", nil
}

// Pushes asks the pull request's time line whether anything was pushed in the second of since or later, by the server's clock
// (T6), and which commit the newest push brought, "" where none is told. The opening is a push of its own. A force push deletes
// entries of commits that went away, so no entry is counted or looked for by its commit: any one is a push. A push is noted under
// refs/pull/N/head some tenths of a second before it stands here: a tip that is not the newest one here was pushed a moment ago.
func (c *Client) Pushes(ctx context.Context, p trigger.Pull, since time.Time) (after bool, newest string, err error) {
	opt := sdk.ListIssueCommentOptions{ListOptions: sdk.ListOptions{Page: 1, PageSize: pageSize}}
	for ; opt.Page <= maxPages; opt.Page++ { // its X-Total-Count counts the page alone
		entries, resp, err := c.sdk(ctx).ListIssueTimeline(p.Owner, p.Repo, p.Number, opt)
		if err != nil {
			return false, "", fault("time line", p, resp, err)
		}
		for _, e := range entries {
			if e != nil && e.Type == "pull_push" {
				after, newest = after || !e.Created.Before(since), lastCommit(e.Body)
			}
		}
		if len(entries) == 0 {
			return after, newest, nil
		}
	}
	return false, "", fmt.Errorf("gitea: time line of %s: more than %d pages", p, maxPages)
}

// lastCommit reads the body of a push in a time line: the commits that it brought, oldest first, or of a force push the old and the new tip.
func lastCommit(body string) string {
	var push struct {
		Commits []string `json:"commit_ids"`
	}
	if err := json.Unmarshal([]byte(body), &push); err != nil || len(push.Commits) == 0 {
		return ""
	}
	return push.Commits[len(push.Commits)-1]
}

// Comments lists the pull request's comments that were made or edited since then, oldest
// first. Gitea gives all of them in one answer.
func (c *Client) Comments(ctx context.Context, p trigger.Pull, since time.Time) ([]trigger.Comment, error) {
	list, resp, err := c.sdk(ctx).ListIssueComments(p.Owner, p.Repo, p.Number, sdk.ListIssueCommentOptions{Since: since.UTC()})
	if err != nil {
		return nil, fault("comments", p, resp, err)
	}
	out := make([]trigger.Comment, 0, len(list))
	for _, v := range list {
		if v == nil || v.Poster == nil || v.OriginalAuthor != "" { // migrated: its author is only said to be so
			continue
		}
		out = append(out, trigger.Comment{ID: v.ID, Author: v.Poster.UserName, Body: v.Body, Created: v.Created, Updated: v.Updated})
	}
	return out, nil
}

// Post writes a comment and gives its id. It is never repeated here: a lost answer may mean
// that it was written. Where the token turns out to be another account's than the bot's, the comment is
// removed and no other is written: the bridge would not know its own answers again.
func (c *Client) Post(ctx context.Context, p trigger.Pull, body string) (int64, error) {
	if s := c.stranger.Load(); s != nil {
		return 0, fmt.Errorf("gitea: new comment on %s: the token is of %s, not of the bot %s: %w", p, *s, c.bot, trigger.ErrForbidden)
	}
	v, resp, err := c.sdk(ctx).CreateIssueComment(p.Owner, p.Repo, p.Number, sdk.CreateIssueCommentOption{Body: body})
	if err != nil {
		return 0, fault("new comment", p, resp, err)
	}
	if c.bot != "" && v.Poster != nil && !strings.EqualFold(v.Poster.UserName, c.bot) {
		c.stranger.Store(&v.Poster.UserName)
		return 0, errors.Join(fmt.Errorf("gitea: the token is of %s, not of the bot %s: %w", v.Poster.UserName, c.bot, trigger.ErrForbidden), c.Delete(ctx, p, v.ID))
	}
	return v.ID, nil
}

// Edit replaces a comment's body; trigger.ErrGone where somebody deleted it.
func (c *Client) Edit(ctx context.Context, p trigger.Pull, id int64, body string) error {
	_, resp, err := c.sdk(ctx).EditIssueComment(p.Owner, p.Repo, id, sdk.EditIssueCommentOption{Body: body})
	return fault(fmt.Sprintf("comment %d", id), p, resp, err)
}

// Delete removes a comment.
func (c *Client) Delete(ctx context.Context, p trigger.Pull, id int64) error {
	resp, err := c.sdk(ctx).DeleteIssueComment(p.Owner, p.Repo, id)
	return fault(fmt.Sprintf("deletion of comment %d", id), p, resp, err)
}

// Status sets a commit's status beside the comment (T9): state is pending, success,
// failure or error. trigger.ErrForbidden where the token does not allow it.
func (c *Client) Status(ctx context.Context, p trigger.Pull, sha, state, link, text string) error {
	_, resp, err := c.sdk(ctx).CreateStatus(p.Owner, p.Repo, sha, sdk.CreateStatusOption{
		State: sdk.StatusState(state), TargetURL: link, Description: text, Context: "cc-ci",
	})
	return fault("status of "+sha, p, resp, err)
}
