// Package app is one deployed app: made, deployed, ready, used, removed. It joins
// abra (which deploys) with the Engine API (which knows the truth) and the router
// (through which people reach the app).
//
// Contract: an App owns everything in the engine that carries its stack's name.
// What was judged is what is deployed: the env file is written from the same text
// that the compose facts were read with. Errors of the recipe are result.Faults; all
// others are the infrastructure's.
package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/abra"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/redact"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/sidecar"
	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/step"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// App is one app of a run.
type App struct {
	Run     string // the run's id, a label on everything that it makes
	Plan    *plan.Plan
	Site    site.Site
	Names   recipe.Names
	Abra    abra.CLI
	Engine  *swarm.Engine
	HTTP    *http.Client // from HTTPClient
	Secrets *sidecar.Sidecar
	Mask    *redact.Masker
	Tell    func(text string) // progress

	Env    map[string]string     // for the env file, beside the plan's, as they are
	Given  map[string]step.Value // what templates know beside Builtins: of the run's other apps
	Beside []string              // hosts of the run's other apps, which steps and pages may ask too

	converged time.Time     // when the last deploy or restore had all services ready
	watched   time.Duration // the longest that this version was seen to stay up
}

// Version is one version of the recipe as it would be deployed here.
type Version struct {
	Commit string // 40 hex digits; the clone's HEAD when it is deployed
	Env    string // the app's env file, whole, but for abra's TYPE line
	Facts  *recipe.Facts
}

// Prepare reads the recipe's clone, which must stand at commit, as a version of this app.
func (a *App) Prepare(commit string) (Version, error) {
	text, sample, err := a.sample(commit)
	if err != nil {
		return Version{}, err
	}
	return a.load(commit, text, a.composeFiles(sample))
}

// sample reads the clone's .env.sample.
func (a *App) sample(commit string) (string, recipe.Sample, error) {
	text, err := os.ReadFile(filepath.Join(a.Abra.RecipeDir(a.Plan.Recipe), ".env.sample"))
	if errors.Is(err, os.ErrNotExist) {
		return "", nil, result.Fault(fmt.Errorf("%s: the recipe has no .env.sample", commit[:7]))
	}
	if err != nil {
		return "", nil, err
	}
	parsed, err := recipe.ParseEnv(".env.sample", string(text))
	return string(text), parsed, result.Fault(err)
}

// composeFiles are the plan's, else the sample's own.
func (a *App) composeFiles(sample recipe.Sample) []string {
	if len(a.Plan.Compose) > 0 {
		return a.Plan.Compose
	}
	return sample.ComposeFiles()
}

// load makes the env file from text and reads the clone with it.
func (a *App) load(commit, text string, files []string) (Version, error) {
	set, err := a.settings(files)
	if err != nil {
		return Version{}, err
	}
	text, err = RewriteEnv(text, set)
	if err != nil {
		return Version{}, err
	}
	env, err := recipe.ParseEnv("env file", text)
	if err != nil {
		return Version{}, result.Fault(err)
	}
	facts, err := recipe.Load(a.Abra.RecipeDir(a.Plan.Recipe), env.Map(), files)
	if err != nil {
		return Version{}, err
	}
	return Version{commit, text, facts}, nil
}

// settings are the variables that come from the driver: the plan's, and those that
// abra interprets (P5). No certificate is ever asked for (P2, contract section 9).
func (a *App) settings(files []string) (map[string]string, error) {
	set := map[string]string{}
	for k, template := range a.Plan.Env {
		var err error
		if set[k], err = a.fill(template); err != nil {
			return nil, fmt.Errorf("env.%s: %w", k, err)
		}
	}
	maps.Copy(set, a.Env)
	set["DOMAIN"] = a.Names.Domain
	set["LETS_ENCRYPT_ENV"] = ""
	set["COMPOSE_FILE"] = strings.Join(append(files[:len(files):len(files)], overrideRef), ":")
	return set, nil
}

// overrideRef is the driver's compose file as abra sees it from the recipe's clone:
// beside the clones, so that the clone stays exactly the commit under test.
const overrideRef = "../../cc-ci.override.yml"

// Create makes the app in abra: the clone at v's commit, the server, the env file, the override.
func (a *App) Create(ctx context.Context, v Version, override []byte) error {
	a.Tell("app new " + a.Names.Domain)
	if err := a.place(ctx, v, override); err != nil {
		return err
	}
	if err := a.Abra.ServerAdd(ctx); err != nil {
		return err
	}
	if err := a.Abra.AppNew(ctx, a.Plan.Recipe, a.Names.Domain); err != nil {
		return err
	}
	err := a.writeEnv(v, "")
	point.Placed.Reached()
	return err
}

// place puts the clone on v's commit and the driver's compose file beside it.
func (a *App) place(ctx context.Context, v Version, override []byte) error {
	if _, err := recipe.Checkout(ctx, a.Abra.RecipeDir(a.Plan.Recipe), v.Commit); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(a.Abra.Dir, "cc-ci.override.yml"), override, 0o600)
}

// writeEnv puts the judged env into place and keeps the TYPE line that abra wrote,
// with the version given where there is one.
func (a *App) writeEnv(v Version, version string) error {
	path := a.Abra.EnvFile(a.Names.Domain)
	old, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("env file that `abra app new` should have made: %w", err)
	}
	kind := typeLine(string(old), a.Plan.Recipe)
	if version != "" {
		kind, _, _ = strings.Cut(kind, ":")
		kind += ":" + version
	}
	return os.WriteFile(path, []byte(kind+"\n"+v.Env), 0o600)
}

// Deploy puts v on the swarm and waits until the stack runs what v asks for. The
// commit that the engine says was deployed must be v's.
func (a *App) Deploy(ctx context.Context, v Version) error {
	if err := a.Unmoved(ctx, v); err != nil {
		return fmt.Errorf("deploy %s: %w", v.Commit[:7], err)
	}
	a.Tell("deploy " + v.Commit[:7])
	since := time.Now().Add(-time.Second)
	ctx, cancel := context.WithTimeoutCause(ctx, time.Duration(a.Plan.Limits.Deploy), errLimit)
	defer cancel()
	if err := a.Abra.Deploy(ctx, a.Names.Domain); err != nil {
		return a.blame(ctx, err)
	}
	point.Deployed.Reached()
	// Before the wait: nobody should run for minutes with what the policy refuses.
	if err := a.judgeMade(ctx); err != nil {
		return err
	}
	a.Tell("waiting for the services")
	if err := a.Engine.Converge(ctx, a.Names.Stack, since); err != nil {
		return stopped(ctx, blameSubnet(v.Facts, err))
	}
	a.converged = time.Now()
	point.Converged.Reached()
	return a.deployed(ctx, v)
}

// Unmoved gives an error unless the recipe's clone stands at v's commit: what was judged is what is used.
func (a *App) Unmoved(ctx context.Context, v Version) error {
	head, err := recipe.Head(ctx, a.Abra.RecipeDir(a.Plan.Recipe))
	if err == nil && head != v.Commit {
		err = errors.New("something moved it")
	}
	if err != nil {
		return fmt.Errorf("the clone stands at %s: %w", head, err)
	}
	return nil
}

var errLimit = errors.New("the limit is over")

// stopped keeps a wait that a person or the run's end cut short from being the recipe's fault.
func stopped(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && !errors.Is(context.Cause(ctx), errLimit) {
		return context.Cause(ctx)
	}
	return err
}

// small is how many bits of addresses a subnet of the recipe's own must have to be large enough for a few tasks.
const small = 4

// blameSubnet makes a task without an address the recipe's fault where the recipe itself leaves hardly any addresses.
func blameSubnet(f *recipe.Facts, err error) error {
	if !errors.Is(err, swarm.ErrStuck) {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(f.Config.Networks)) {
		for _, pool := range f.Config.Networks[key].Ipam.Config {
			if p, parsed := netip.ParsePrefix(pool.Subnet); parsed == nil && p.Addr().BitLen()-p.Bits() < small {
				return result.Fault(fmt.Errorf("%w; network %s has a small subnet of its own, %s: leave ipam out", err, key, pool.Subnet))
			}
		}
	}
	return err
}

// blame makes a refused deploy the recipe's fault, unless the engine is gone.
func (a *App) blame(ctx context.Context, err error) error {
	var refused *abra.Error
	if !errors.As(err, &refused) {
		return stopped(ctx, err)
	}
	if _, gone := a.Engine.Services(ctx, a.Names.Stack); gone != nil {
		return errors.Join(err, gone)
	}
	return result.Fault(err)
}

// deployed compares the chaos-version label with v's commit (contract section 6).
func (a *App) deployed(ctx context.Context, v Version) error {
	name := "coop-cloud." + a.Names.Stack + ".chaos-version"
	label, err := a.Engine.Label(ctx, a.Names.Stack, name)
	if err != nil {
		return err
	}
	short := strings.TrimSuffix(label, "+U")
	if len(short) < 7 || !strings.HasPrefix(v.Commit, short) {
		return fmt.Errorf("label %s: expected the commit %s, found %q", name, v.Commit[:8], label)
	}
	return nil
}
