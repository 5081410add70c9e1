package standin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	composetypes "github.com/docker/cli/cli/compose/types"
	"github.com/docker/docker/api/types/swarm"

	"coopcloud.tech/cc-ci/internal/standin/appenv"
	"coopcloud.tech/cc-ci/internal/standin/clone"
	"coopcloud.tech/cc-ci/internal/standin/stack"
)

// local is the name of the machine's own engine (contract 3.1).
const local = "default"

// app is one env file and what follows from it.
type app struct {
	Name    string // equals the domain
	Server  string
	EnvPath string
	Env     appenv.Env
	Recipe  clone.Clone
	Version string // of the TYPE line; "" where it has none
	Stack   string
}

func (p *program) servers() string { return filepath.Join(p.dir, "servers") }
func (p *program) recipes() string { return filepath.Join(p.dir, "recipes") }

// app finds an app by its name on any server.
func (p *program) app(name string) (*app, error) {
	found, err := filepath.Glob(filepath.Join(p.servers(), "*", "*.env"))
	if err != nil {
		return nil, err
	}
	for _, path := range found {
		if filepath.Base(path) == name+".env" {
			return p.loadApp(path)
		}
	}
	return nil, fmt.Errorf("cannot find app with name %s", name)
}

func (p *program) loadApp(path string) (*app, error) {
	env, err := appenv.Load(path)
	if err != nil {
		return nil, err
	}
	recipe, version, err := env.Recipe()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	name := strings.TrimSuffix(filepath.Base(path), ".env")
	a := &app{
		Name: name, Server: filepath.Base(filepath.Dir(path)), EnvPath: path, Env: env,
		Recipe: clone.At(p.recipes(), recipe), Version: version, Stack: p.stackName(name, env),
	}
	return a, nil
}

// stackName gives STACK_NAME where it is set, else the domain with dots turned into
// underscores (contract 4.1, 6).
func (p *program) stackName(domain string, env appenv.Env) string {
	if name := env.Get("STACK_NAME"); name != "" {
		return name
	}
	name := strings.ReplaceAll(domain, ".", "_")
	if p.switches.Is("stack-cut", "45") && len(name) > 45 {
		name = name[:45]
	}
	return name
}

// variables is what compose files may refer to: the env file, the exports of abra.sh
// over it, and STACK_NAME.
func (a *app) variables() (map[string]string, error) {
	vars := maps.Clone(a.Env.Values)
	exports, err := a.Recipe.Exports()
	if err != nil {
		return nil, err
	}
	maps.Copy(vars, exports)
	vars["STACK_NAME"] = a.Stack
	return vars, nil
}

// config loads the active compose files.
func (a *app) config() (*composetypes.Config, error) {
	vars, err := a.variables()
	if err != nil {
		return nil, err
	}
	list := cmp.Or(a.Env.Get("COMPOSE_FILE"), "compose.yml")
	var files []string
	for name := range strings.SplitSeq(list, ":") {
		path := a.Recipe.Path(name)
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("COMPOSE_FILE: %s: %w", name, err)
		}
		files = append(files, path)
	}
	return stack.Load(a.Recipe.Dir, files, vars)
}

// deployed gives the app's services; none means that it isn't deployed.
func (p *program) deployed(ctx context.Context, a *app) ([]swarm.Service, error) {
	engine, err := p.swarm()
	if err != nil {
		return nil, err
	}
	return engine.Services(ctx, a.Stack)
}

var errNotDeployed = errors.New("not deployed")

// running gives the app's services, or abra's error where there are none.
func (p *program) running(ctx context.Context, a *app) ([]swarm.Service, error) {
	services, err := p.deployed(ctx, a)
	if err == nil && len(services) == 0 {
		return nil, fmt.Errorf("%s is %w?", a.Name, errNotDeployed)
	}
	return services, err
}

// runningApp opens an app that must be deployed, and gives its services.
func (p *program) runningApp(ctx context.Context, name string) (*app, []swarm.Service, error) {
	a, err := p.app(name)
	if err != nil {
		return nil, nil, err
	}
	services, err := p.running(ctx, a)
	return a, services, err
}

// refuseDeployed gives abra's error where the app is deployed.
func (p *program) refuseDeployed(ctx context.Context, a *app) error {
	services, err := p.deployed(ctx, a)
	if err == nil && len(services) > 0 {
		return fmt.Errorf("%s is still deployed. Run \"abra app undeploy %s\"", a.Name, a.Name)
	}
	return err
}

// ensure brings the clone to version as most commands do first (contract 3.6). With
// chaos nothing moves; "" leaves HEAD where it is.
func (p *program) ensure(ctx context.Context, recipe clone.Clone, chaos bool, version string) error {
	if !recipe.Exists() {
		if p.offline {
			return fmt.Errorf("recipe %s: no clone at %s", recipe.Name, recipe.Dir)
		}
		if err := recipe.Fetch(ctx); err != nil {
			return err
		}
	}
	if chaos {
		return nil
	}
	if err := recipe.Clean(ctx); err != nil {
		return err
	}
	if !p.offline {
		if err := recipe.Fetch(ctx); err != nil {
			return err
		}
	}
	if version == "" {
		return nil
	}
	return recipe.Checkout(ctx, version)
}

// ensureForSecrets does what commands other than new and deploy do with the clone.
func (p *program) ensureForSecrets(ctx context.Context, a *app, chaos bool) error {
	if p.switches.Is("ensure", "deploy") {
		return p.ensure(ctx, a.Recipe, true, "")
	}
	return p.ensure(ctx, a.Recipe, chaos, a.Version)
}
