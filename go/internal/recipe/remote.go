package recipe

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
)

// Remote is a repository elsewhere and who asks there.
type Remote struct {
	URL   string
	Token string // of the forge; "" for nobody. It reaches git by its environment, for this address alone
}

func (r Remote) env() []string {
	if r.Token == "" {
		return nil
	}
	basic := base64.StdEncoding.EncodeToString([]byte("cc-ci:" + r.Token))
	return []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http." + r.URL + ".extraHeader", "GIT_CONFIG_VALUE_0=Authorization: Basic " + basic}
}

// Refs gives the branches and tags of the remote by their full names. A tag is its own object,
// not the commit that it names: one that was made anew differs.
func (r Remote) Refs(ctx context.Context) (map[string]string, error) {
	if err := checkSource(r.URL); err != nil {
		return nil, err
	}
	out := capped{limit: 64 << 20}
	if err := gitWith(ctx, "", r.env(), &out, "ls-remote", "--heads", "--tags", "--refs", "--", r.URL); err != nil {
		return nil, fmt.Errorf("branches and tags of %s: %w", r.URL, err)
	}
	refs := map[string]string{}
	for line := range strings.Lines(out.kept.String()) {
		if hash, name, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			refs[name] = hash
		}
	}
	return refs, nil
}

// Fetch brings all branches and tags of the remote into dir below refs/<as>/, and changes nothing else there.
func (r Remote) Fetch(ctx context.Context, dir, as string) error {
	if err := checkSource(r.URL); err != nil {
		return err
	}
	out := capped{limit: 1 << 20}
	if err := gitWith(ctx, dir, r.env(), &out, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", r.URL,
		"+refs/heads/*:refs/"+as+"/heads/*", "+refs/tags/*:refs/"+as+"/tags/*"); err != nil {
		return fmt.Errorf("fetch %s: %w", r.URL, err)
	}
	return nil
}

// Push sends objects of dir to names of the remote, all or none, and never over something that the
// remote has and dir's object does not hold.
func (r Remote) Push(ctx context.Context, dir string, refs map[string]string) error {
	if err := checkSource(r.URL); err != nil {
		return err
	}
	args := []string{"push", "--quiet", "--atomic", "--", r.URL}
	for name, object := range refs {
		args = append(args, object+":"+name)
	}
	out := capped{limit: 1 << 20}
	if err := gitWith(ctx, dir, r.env(), &out, args...); err != nil {
		return fmt.Errorf("push to %s: %w", r.URL, err)
	}
	return nil
}

// Scratch makes an empty repository in dir, for objects of several remotes.
func Scratch(ctx context.Context, dir string) error {
	_, err := gitOut(ctx, "", "init", "--quiet", "--bare", "--template=", "--", dir)
	return err
}

// Ahead counts the commits that a has and b has not; both are in dir.
func Ahead(ctx context.Context, dir, a, b string) (int, error) {
	out, err := gitOut(ctx, dir, "rev-list", "--count", "--end-of-options", b+".."+a)
	if err != nil {
		return 0, err
	}
	var n int
	_, err = fmt.Sscan(string(out), &n)
	return n, err
}

// Peel gives the commit that a name of dir stands for.
func Peel(ctx context.Context, dir, name string) (string, error) { return commitOf(ctx, dir, name) }
