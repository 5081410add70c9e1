package converge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	engine "github.com/docker/docker/api/types/swarm"

	"coopcloud.tech/cc-ci/internal/abra"
	"coopcloud.tech/cc-ci/internal/app"
	"coopcloud.tech/cc-ci/internal/lock"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/server"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// limit is for one app of the server: the pull of its image included.
const limit = 10 * time.Minute

// service is one app of the server, deployed from a published recipe by abra as an operator would.
type service struct {
	recipe  string // its name in abra
	from    server.Recipe
	domain  string
	env     map[string]string
	compose []string          // compose files that must be active besides the sample's own
	given   map[string][]byte // values of secrets that abra does not make, by the recipe's name
	replace func(*recipe.Facts, string) (overlay, error)

	cli    abra.CLI
	locks  lock.Folder
	engine *swarm.Engine
	report *Report
}

// wanted is what the server file makes of the recipe.
type wanted struct {
	stack, state  string
	env, override string
	facts         *recipe.Facts
	secrets       []recipe.Secret
}

// dial makes the two hands that a service needs, and the folder of abra.
func (v *service) dial(ctx context.Context, s server.Server, r *Report) (err error) {
	if err := os.MkdirAll(s.AbraDir, 0o700); err != nil {
		return fmt.Errorf("abraDir: %w", err)
	}
	if v.engine, err = swarm.Connect(ctx, s.Docker); err != nil {
		return fmt.Errorf("%w (run `cc-ci converge swarm` first)", err)
	}
	if ok, err := v.engine.HasNetwork(ctx, s.Swarm.Network); err != nil || !ok {
		return errors.Join(err, fmt.Errorf("no network %s (run `cc-ci converge swarm` first)", s.Swarm.Network), v.engine.Close())
	}
	v.report = r
	if v.locks, err = lock.Open(filepath.Join(s.AbraDir, "locks"), v.engine.ID()); err != nil {
		return errors.Join(err, v.engine.Close())
	}
	v.cli = abra.CLI{Path: s.Abra, Dir: s.AbraDir, Docker: s.Docker, Log: func(string) {}}
	return nil
}

// converge brings the app to what is wanted, or leaves it as it is where it is that already. A second call for
// the same app, by a person beside a timer, waits for the first.
func (v *service) converge(ctx context.Context) error {
	alone, err := v.locks.Wait(ctx, v.domain, func() {})
	if err != nil {
		return fmt.Errorf("%s is being converged: %w", v.domain, err)
	}
	defer alone.Release()
	if err := v.place(ctx); err != nil {
		return err
	}
	w, err := v.want()
	if err != nil {
		return err
	}
	why, err := v.differs(ctx, w)
	if err != nil {
		return err
	}
	if why != "" {
		if err := v.deploy(ctx, w, why); err != nil {
			return fmt.Errorf("%s: %w", v.domain, err)
		}
	} else if _, err := os.Stat(v.cli.EnvFile(v.domain)); err != nil { // people look for the app with abra
		if err := v.register(ctx, w); err != nil {
			return err
		}
		v.report.did("tell abra of %s, which runs", v.domain)
	}
	return v.sweep(ctx, w)
}

// place puts the recipe's clone on the published version; one that has not got it is cloned anew.
func (v *service) place(ctx context.Context) error {
	dir := v.cli.RecipeDir(v.recipe)
	if recipe.Origin(ctx, dir) == v.from.Source {
		if _, err := recipe.Checkout(ctx, dir, v.from.Version); err == nil {
			return nil
		}
	}
	if gone := os.RemoveAll(dir); gone != nil {
		return gone
	}
	if err := recipe.Clone(ctx, v.from.Source, dir); err != nil {
		return err
	}
	if _, err := recipe.Checkout(ctx, dir, v.from.Version); err != nil {
		return fmt.Errorf("%s.recipe.version: %w", v.recipe, err)
	}
	v.report.did("clone %s at %s", v.from.Source, v.from.Version)
	return nil
}

// want reads the recipe with the app's variables.
func (v *service) want() (wanted, error) {
	dir := v.cli.RecipeDir(v.recipe)
	text, err := os.ReadFile(filepath.Join(dir, ".env.sample"))
	if err != nil {
		return wanted{}, fmt.Errorf("recipe %s %s: %w", v.recipe, v.from.Version, err)
	}
	sample, err := recipe.ParseEnv(".env.sample", string(text))
	if err != nil {
		return wanted{}, fmt.Errorf("recipe %s %s: %w", v.recipe, v.from.Version, err)
	}
	files := sample.ComposeFiles()
	for _, f := range v.compose {
		if !slices.Contains(files, f) {
			files = append(files, f)
		}
	}
	overlayRef := "../../cc-ci." + v.recipe + ".yml" // as the driver's: beside the clones
	set := map[string]string{"DOMAIN": v.domain, "LETS_ENCRYPT_ENV": "", "COMPOSE_FILE": strings.Join(append(slices.Clone(files), overlayRef), ":")}
	maps.Copy(set, v.env)
	w := wanted{stack: recipe.StackName(v.domain)}
	if w.env, err = app.RewriteEnv(string(text), set); err != nil {
		return wanted{}, err
	}
	vars, err := recipe.ParseEnv("env file", w.env)
	if err != nil {
		return wanted{}, err
	}
	if w.facts, err = recipe.Load(dir, vars.Map(), files); err != nil {
		return wanted{}, err
	}
	if w.facts.Config == nil {
		return wanted{}, fmt.Errorf("recipe %s %s does not load: %s: %s", v.recipe, v.from.Version, w.facts.Problems[0].Place, w.facts.Problems[0].Text)
	}
	for _, s := range w.facts.Secrets {
		if s.External {
			w.secrets = append(w.secrets, s)
		}
	}
	return w, v.overlay(&w)
}

// overlay makes the converger's compose file, and the digest of everything that makes a deploy what it is.
func (v *service) overlay(w *wanted) error {
	var o overlay
	var err error
	if v.replace != nil {
		if o, err = v.replace(w.facts, w.stack); err != nil {
			return err
		}
	}
	plain, err := o.text("")
	if err != nil {
		return err
	}
	sum := sha256.New()
	for _, part := range []string{v.from.Source, v.from.Version, w.env, string(plain)} {
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	w.state = hex.EncodeToString(sum.Sum(nil)[:8])
	text, err := o.text(w.state)
	w.override = string(text)
	return err
}

// differs says what of the deployed stack is not as wanted; "" where all is.
func (v *service) differs(ctx context.Context, w wanted) (string, error) {
	services, err := v.engine.Services(ctx, w.stack)
	if err != nil {
		return "", err
	}
	if len(services) == 0 {
		return "it is not deployed", nil
	}
	missing, err := v.missing(ctx, w)
	if err != nil || len(missing) > 0 {
		return "secrets are missing", err
	}
	there := map[string]engine.Service{}
	for _, s := range services {
		there[strings.TrimPrefix(s.Spec.Name, w.stack+"_")] = s
	}
	for _, s := range w.facts.Services {
		if _, ok := there[s.Name]; !ok {
			return "service " + s.Name + " is missing", nil
		}
	}
	if state := there["app"].Spec.Labels[stateLabel]; state != w.state {
		return "the server file, the recipe or the certificate changed", nil
	}
	if name, err := swarm.Broken(services); err != nil || name != "" {
		return "service " + name + " was changed by hand or its deploy was cut short", err
	}
	short, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := v.engine.Converge(short, w.stack, time.Time{}); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return err.Error(), nil
	}
	return "", nil
}

// missing gives the secrets that the recipe asks for and the swarm has not.
func (v *service) missing(ctx context.Context, w wanted) ([]recipe.Secret, error) {
	all, err := v.engine.Objects(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(w.secrets), func(s recipe.Secret) bool {
		return slices.ContainsFunc(all, func(o swarm.Object) bool { return o.Kind == "secret" && o.Name == s.Name })
	}), nil
}
