package contract

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"coopcloud.tech/cc-ci/internal/ownrepo"
	"coopcloud.tech/cc-ci/internal/recipe"
)

// newProbes make the app and look at its env file and at the clone.
var newProbes = []probe{
	{"3.3/missing", "app new -n without --domain and --server exits 1", expect(1, "", "app", "new", recipeName, "-n")},
	{"3.3/chaos", "app new -C leaves the clone where it is", newKeepsClone},
	{"3.3/moves", "app new without -C moves the clone to the newest tag", newMovesClone},
	{"3.3/type", "app new writes the version into TYPE", func(_ context.Context, s *session) (Verdict, string) {
		text, err := s.typeOf(s.domain)
		if err != nil {
			return unknown(err)
		}
		return is(text == recipeName+":"+newest, "TYPE=%s", text)
	}},
	{"3.3/domain", "app new fills DOMAIN", func(_ context.Context, s *session) (Verdict, string) {
		b, err := os.ReadFile(s.env(s.domain))
		if err != nil {
			return unknown(err)
		}
		return is(strings.Contains(string(b), "DOMAIN="+s.domain), "line DOMAIN=%s expected in %s", s.domain, s.env(s.domain))
	}},
	{"3.3/existing", "app new for an app that exists exits 1",
		expect(1, "", "app", "new", recipeName, "-n", "-C", "--domain=@", "--server=default")},
	{"6/stack-cut", "stack names are cut to 45 characters", stackCut},
	{"3.10/ls", "app ls -m prints an object keyed by server", expect(0, `"default"`, "app", "ls", "-m")},
}

func newKeepsClone(ctx context.Context, s *session) (Verdict, string) {
	before, err := s.toMain(ctx)
	if err != nil {
		return unknown(err)
	}
	domain := "chaos-" + s.domain
	o, err := s.abra(ctx, "app", "new", recipeName, "-n", "-C", "--domain="+domain, "--server=default")
	if err != nil {
		return unknown(err)
	}
	after, err := s.head(ctx)
	if err != nil {
		return unknown(err)
	}
	made := exists(s.env(domain))
	if err := os.Remove(s.env(domain)); made && err != nil {
		return unknown(err)
	}
	return is(o.status == 0 && made && before == after, "%s; HEAD %.8s, was %.8s", o, after, before)
}

func newMovesClone(ctx context.Context, s *session) (Verdict, string) {
	if _, err := s.toMain(ctx); err != nil {
		return unknown(err)
	}
	o, err := s.abra(ctx, "app", "new", recipeName, "-n", "--domain="+s.domain, "--server=default")
	if err != nil {
		return unknown(err)
	}
	at, err := ownrepo.Git(ctx, s.clone(), "describe", "--tags", "--always")
	if err != nil {
		return unknown(err)
	}
	if !exists(s.env(s.domain)) {
		// All later rows need the app, whatever this one came to.
		if _, err := s.abra(ctx, "app", "new", recipeName, "-n", "-C", "--domain="+s.domain, "--server=default"); err != nil {
			return unknown(err)
		}
	}
	return is(o.status == 0 && at == newest, "%s; the clone is at %s", o, at)
}

// stackCut makes an app with a long domain and a secret in it, and looks at its name.
func stackCut(ctx context.Context, s *session) (Verdict, string) {
	domain := strings.Repeat("x", 50-len(s.domain)-1) + "." + s.domain
	stack := recipe.StackName(domain)
	s.others = append(s.others, stack, stack[:45])
	for _, args := range [][]string{
		{"app", "new", recipeName, "-n", "-C", "--domain=" + domain, "--server=default"},
		{"app", "secret", "insert", domain, "short", "v1", filepath.Join(s.clone(), "note.txt"), "-f", "-n"},
	} {
		o, err := s.abra(ctx, args...)
		if err != nil {
			return unknown(err)
		}
		if o.status != 0 {
			return Unknown, o.String()
		}
	}
	if err := os.Remove(s.env(domain)); err != nil {
		return unknown(err)
	}
	all, err := s.engine.Objects(ctx)
	if err != nil {
		return unknown(err)
	}
	for _, o := range all {
		if name, ok := strings.CutSuffix(o.Name, "_short_v1"); ok && o.Kind == "secret" && strings.HasPrefix(name, stack[:45]) {
			return is(len(name) == 45, "a domain of %d characters gives a stack name of %d", len(domain), len(name))
		}
	}
	return Unknown, "no secret of the long domain found"
}
