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
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/abra"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/redact"
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
