package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

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
