package contract

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/registry"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// limit is the longest that one command may take.
const limit = 3 * time.Minute

// session is one check: a private ABRA_DIR, a recipe in it, an app's name.
type session struct {
	opt    Options
	engine *swarm.Engine
	dir    string // holds abra/ and origin/
	domain string
	stack  string
	others []string // further stacks that were made

	hadVolume bool // the deploy came as far as a container
}

func newSession(ctx context.Context, o Options, engine *swarm.Engine) (*session, error) {
	id := make([]byte, 3)
	if _, err := rand.Read(id); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "cc-ci-contract-")
	if err != nil {
		return nil, err
	}
	s := &session{opt: o, engine: engine, dir: dir, domain: "contract-" + hex.EncodeToString(id) + ".cc-ci.test"}
	s.stack = recipe.StackName(s.domain)
	if err := s.makeRecipe(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

func (s *session) home() string  { return filepath.Join(s.dir, "abra") }
func (s *session) clone() string { return filepath.Join(s.home(), "recipes", recipeName) }
func (s *session) env(domain string) string {
	return filepath.Join(s.home(), "servers", "default", domain+".env")
}

// said is what one command ended with.
type said struct {
	stdout, stderr string
	status         int
}

// String gives the status and the last line of standard error, never standard output:
// that may hold a secret.
func (o said) String() string {
	lines := strings.Split(strings.TrimSpace(o.stderr), "\n")
	return fmt.Sprintf("exit %d: %s", o.status, lines[len(lines)-1])
}

// abra runs one command as the driver does: no input, no terminal, a limit.
func (s *session) abra(ctx context.Context, args ...string) (said, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.opt.Abra, args...)
	cmd.Env = []string{"ABRA_DIR=" + s.home(), "HOME=" + s.dir, "DOCKER_HOST=" + s.opt.Docker, "TERM=dumb", "NO_COLOR=1"}
	for _, name := range []string{"PATH", "CC_CI_STANDIN"} {
		if v, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	cmd.Env = append(cmd.Env, registry.Environment()...)
	cmd.WaitDelay = time.Second
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if ctx.Err() != nil {
		return said{}, fmt.Errorf("abra %s: no end within %s", strings.Join(args, " "), limit)
	}
	if err != nil && !errors.As(err, &exit) {
		return said{}, fmt.Errorf("abra %s: %w", strings.Join(args, " "), err)
	}
	return said{out.String(), errs.String(), cmd.ProcessState.ExitCode()}, nil
}

// expect gives a check that runs one command; "@" in args stands for the app's domain.
// It agrees with this status and, where text isn't empty, with text on either stream.
func expect(status int, text string, args ...string) func(context.Context, *session) (Verdict, string) {
	return func(ctx context.Context, s *session) (Verdict, string) {
		o, err := s.abra(ctx, s.fill(args)...)
		if err != nil {
			return unknown(err)
		}
		return is(o.status == status && strings.Contains(o.stdout+o.stderr, text), "%s", o)
	}
}

func (s *session) fill(args []string) []string {
	args = slices.Clone(args)
	for i, arg := range args {
		args[i] = strings.Replace(arg, "@", s.domain, 1)
	}
	return args
}

// typeOf gives what stands right of TYPE= in the app's env file.
func (s *session) typeOf(domain string) (string, error) {
	b, err := os.ReadFile(s.env(domain))
	if err != nil {
		return "", err
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		for _, key := range []string{"TYPE=", "RECIPE="} {
			if v, ok := strings.CutPrefix(line, key); ok {
				return v, nil
			}
		}
	}
	return "", fmt.Errorf("%s: no TYPE line", s.env(domain))
}

// own gives the names of the app's objects of one kind.
func (s *session) own(ctx context.Context, kind string) ([]string, error) {
	all, err := s.engine.Objects(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, o := range swarm.Of(all, s.stack) {
		if o.Kind == kind {
			names = append(names, o.Name)
		}
	}
	return names, nil
}

// clean removes whatever the check made.
func (s *session) clean(ctx context.Context) error {
	var errs []error
	for _, stack := range append(s.others, s.stack) {
		if left, err := s.engine.Sweep(ctx, stack); err != nil {
			errs = append(errs, fmt.Errorf("left behind: %s: %w", strings.Join(swarm.Strings(left), ", "), err))
		}
	}
	return errors.Join(append(errs, os.RemoveAll(s.dir))...)
}
