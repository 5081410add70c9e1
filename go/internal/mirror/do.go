package mirror

import (
	"context"
	"errors"
	"time"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// Do writes what the plan says, in an order in which whatever was done when it ends is found by the next plan.
func (p *Plan) Do(ctx context.Context, f Forge, did func(format string, args ...any)) error {
	if p.Make {
		repository, err := f.MakeRepository(ctx, p.request.Recipe, p.base, "Mirror of "+p.request.Upstream)
		if err != nil {
			return err
		}
		p.repository = repository
		did("made %s", repository.Name)
	}
	if len(p.Push) > 0 {
		if err := p.remote().Push(ctx, p.dir, p.Push); err != nil {
			return err
		}
		did("pushed %d branches and tags to %s", len(p.Push), p.repository.Name)
	}
	if p.Pull == "" {
		return nil
	}
	title, body := "Try "+p.Pull, "Opened by `cc-ci mirror`. Comment `!testme` to have it tested."
	if p.Pull == diverged {
		title = "Bring in what upstream has"
	}
	address, err := p.pull(ctx, f, title, body)
	if err != nil {
		return err
	}
	did("opened %s", address)
	return nil
}

// pull opens the pull request. For about a second after a push, longer on a busy machine, Gitea does not know the new branch yet: 404.
func (p *Plan) pull(ctx context.Context, f Forge, title, body string) (string, error) {
	end := time.Now().Add(known)
	for {
		address, err := f.MakePull(ctx, p.request.Recipe, p.Pull, p.base, title, body)
		if !errors.Is(err, trigger.ErrGone) || time.Now().After(end) {
			return address, err
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// known is how long a pushed branch may take to be known.
const known = time.Minute
