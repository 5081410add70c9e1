package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/follow"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/run"
	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/supervise"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// The limits of a detached run beside the plan's own.
const (
	defaultLease = 30 * time.Second
	startLimit   = 2 * time.Minute  // until it holds its folder
	endLimit     = 10 * time.Minute // for teardown, report and publishing, over the plan's limit for the run
	killLimit    = 6 * time.Minute  // from SIGTERM to SIGKILL: longer than a teardown may take
)

// detach starts the run as a supervised process of its own and tells its name.
func (f runFlags) detach(cmd *cobra.Command, p *plan.Plan, raw []byte, s site.Site) error {
	path, err := sitePath(cmd)
	if err != nil {
		return err
	}
	req := follow.Request{Run: run.NewID(time.Now()), Site: path, Source: f.source, Ref: f.ref, PR: f.pr, Stages: f.stages, Lease: f.lease}
	if err := asBuild(&req, p.Recipe, s.Mirror); err != nil {
		return usageError{err}
	}
	if err := claim(req, s.State); err != nil {
		return err
	}
	folder, err := req.Write(filepath.Join(s.State, "runs"), raw)
	if err != nil {
		return err
	}
	by := supervise.Detect()
	if err := start(cmd.Context(), by, folder, time.Duration(p.Limits.Run)); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "cc-ci: the run is a process of its own (%s) in %s; it ends when nobody follows it for %s\n", by.Name(), folder, f.lease)
	_, err = fmt.Fprintln(cmd.OutOrStdout(), req.Run)
	return err
}

// asBuild takes what is to be tested from the parameters of Drone's build, if this is a
// step of one. They came through a shell and are checked again (T7). Where the recipe is cloned from is
// the site's to say: the mirror holds every pull request's head, also those of forks.
func asBuild(req *follow.Request, recipe, mirror string) error {
	build, err := follow.BuildOf(os.Getenv, trigger.ParamComment)
	if err != nil || build == nil {
		return err
	}
	params, err := trigger.ParseParams(os.Getenv)
	switch {
	case err != nil:
		return err
	case params.Recipe != recipe:
		return fmt.Errorf("parameter %s: expected %s, the plan's recipe, found %s", trigger.ParamRecipe, recipe, params.Recipe)
	case req.Ref != "" || req.PR != 0 || req.Source != "":
		return errors.New("run: --ref, --pr and --source: in a build of Drone its parameters say what is tested")
	}
	if mirror != "" {
		req.Source = strings.TrimSuffix(mirror, "/") + "/" + recipe + ".git"
	}
	req.Ref, req.PR, req.Build = params.Ref, int(params.PR), build
	return nil
}

// claim is the last guard against a trigger that runs twice (T5).
func claim(req follow.Request, state string) error {
	if req.Build == nil {
		return nil
	}
	claims, err := follow.OpenClaims(state)
	if err != nil {
		return err
	}
	return errors.Join(claims.Take(req.Run, *req.Build), claims.Prune(time.Now()))
}

// start returns when the run holds its folder, or with the error that kept it from that.
func start(ctx context.Context, by supervise.Supervisor, folder string, limit time.Duration) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	env, err := cleanEnv()
	if err != nil {
		return err
	}
	err = by.Start(ctx, supervise.Spec{
		Name: "cc-ci-run-" + filepath.Base(folder), Argv: []string{program, keptName, folder}, Env: env,
		Dir: "/", Log: filepath.Join(folder, follow.Output), Ready: startLimit, Limit: limit + endLimit, Grace: killLimit,
	})
	if err == nil {
		return nil
	}
	end, unknown := follow.ReadEnd(folder)
	switch {
	case unknown == nil:
		return ended(end.Code, errors.New(end.Error))
	case !errors.Is(unknown, fs.ErrNotExist):
		err = errors.Join(err, unknown)
	}
	return err
}

// kept are the variables that a run may need beside our own. A step's HOME is removed
// with the build, so it gets that of its user.
var kept = []string{"PATH", "TMPDIR", "DOCKER_CONFIG", "FONTCONFIG_FILE", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR"}

func cleanEnv() ([]string, error) {
	me, err := user.LookupId(strconv.Itoa(os.Getuid()))
	if err != nil {
		return nil, fmt.Errorf("home of the run's user: %w", err)
	}
	env := []string{"HOME=" + me.HomeDir, "LC_ALL=C.UTF-8"}
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if slices.Contains(kept, name) || strings.HasPrefix(name, "CC_CI_") {
			env = append(env, v)
		}
	}
	return env, nil
}

// sitePath is the site file that the flags name, for a process with another folder.
func sitePath(cmd *cobra.Command) (string, error) {
	path, err := cmd.Flags().GetString("site")
	if err != nil {
		return "", err
	}
	return filepath.Abs(site.Path(path))
}

const keptName = "kept-run"

// keptCmd is the detached run itself: what `run --detach` lets the supervisor start.
func keptCmd() *cobra.Command {
	return &cobra.Command{
		Use:    keptName + " FOLDER",
		Short:  "The process of a detached run; `cc-ci run --detach` starts it",
		Hidden: true,
		Args:   exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder := args[0]
			lease, err := keptRun(cmd.Context(), folder)
			end := follow.End{Code: exitCode(cmd.ErrOrStderr(), err)}
			if v := (verdict{}); err != nil && !errors.As(err, &v) {
				end.Error = err.Error()
			}
			if end.Code > exitInfra { // ended from outside
				end.Code = exitInfra
			}
			err = follow.WriteEnd(folder, end)
			if lease != nil { // last: followers look at the end when it is closed
				err = errors.Join(err, lease.Close(folder))
			}
			return ended(end.Code, err)
		},
	}
}

// keptRun does what the folder's request asks for.
func keptRun(ctx context.Context, folder string) (*follow.Lease, error) {
	req, raw, err := follow.ReadRequest(folder)
	if err != nil {
		return nil, err
	}
	p, err := plan.Decode(raw)
	if err != nil {
		return nil, usageError{err}
	}
	s, err := site.Load(req.Site)
	if err != nil {
		return nil, err
	}
	events, err := os.OpenFile(filepath.Join(folder, follow.Events), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer events.Close()
	lease, ctx, err := follow.Listen(ctx, folder, req.Lease)
	if err != nil {
		return nil, err
	}
	var unheard error
	cfg := run.Config{Plan: p, PlanJSON: raw, Site: s, Source: req.Source, Ref: req.Ref, PR: req.PR, Stages: req.Stages,
		ID: req.Run, Build: req.Build, Opened: func() { unheard = supervise.Ready() }}
	res, err := run.Run(ctx, cfg, run.Output{Stdout: io.Discard, Stderr: events, Style: run.JSON})
	if errors.Is(err, run.ErrUsage) {
		err = usageError{err}
	}
	if res.ID != "" && req.Build != nil {
		err = errors.Join(err, publish(context.WithoutCancel(ctx), s.Results, folder))
	}
	if err = errors.Join(err, unheard); err == nil && res.Outcome != result.Pass {
		err = verdict{res.Outcome}
	}
	return lease, err
}
