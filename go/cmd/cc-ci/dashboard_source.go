package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"coopcloud.tech/cc-ci/internal/apiclient"
	"coopcloud.tech/cc-ci/internal/dashboard"
	"coopcloud.tech/cc-ci/internal/drone"
	"coopcloud.tech/cc-ci/internal/gitea"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// dashboardSource asks the forge, or a folder, which recipes are enrolled, and Drone what runs.
type dashboardSource struct {
	folder string        // of this machine; empty: none
	forge  *gitea.Client // nil: none
	from   gitea.Recipes
	builds *drone.Client // nil: none
	pages  string        // of Drone, with the project: a build's number makes it a build's page
}

func (f *dashboardFlags) source() (*dashboardSource, error) {
	s := &dashboardSource{}
	var tokens [2]string
	for i, path := range []string{f.forgeToken, f.droneToken} {
		if path == "" {
			continue
		}
		var err error
		if tokens[i], err = apiclient.ReadSecret(path); err != nil {
			return nil, usagef("dashboard: %w", err)
		}
	}
	owner, _, _ := strings.Cut(f.project, "/")
	if f.forge != "" {
		s.forge = gitea.New(f.forge, owner, tokens[0])
		s.from = gitea.Recipes{Client: s.forge, Project: f.project, Folder: cmp.Or(f.recipes, "recipes")}
	} else {
		s.folder = f.recipes
	}
	if f.drone != "" {
		s.builds = drone.New(f.drone, f.project, tokens[1])
		s.pages = strings.TrimSuffix(cmp.Or(f.dronePages, f.drone), "/") + "/" + f.project + "/"
	}
	return s, nil
}

func (s *dashboardSource) close() {
	if s.forge != nil {
		s.forge.Close()
	}
	if s.builds != nil {
		s.builds.Close()
	}
}

// Enrolled lists the folders of enrolled recipes; one whose name begins with "_" is a template.
func (s *dashboardSource) Enrolled(ctx context.Context) ([]string, error) {
	if s.forge != nil {
		all, err := s.from.Enrolled(ctx)
		return slices.Sorted(maps.Keys(all)), err
	}
	if s.folder == "" {
		return nil, nil
	}
	list, err := os.ReadDir(s.folder)
	if err != nil {
		return nil, fmt.Errorf("enrolled recipes: %w", err)
	}
	var out []string
	for _, d := range list {
		if d.IsDir() && !strings.HasPrefix(d.Name(), "_") {
			out = append(out, d.Name())
		}
	}
	return out, nil
}

// queuePages bounds how far back builds that still run or wait are looked for.
const queuePages = 3

// Jobs lists the builds of recipes that run or wait: the running ones first, each in the order
// in which they were asked for.
func (s *dashboardSource) Jobs(ctx context.Context) ([]dashboard.Job, error) {
	if s.builds == nil {
		return nil, nil
	}
	var running, waiting []dashboard.Job
	for page := 1; page <= queuePages; page++ {
		list, err := s.builds.Builds(ctx, page)
		if err != nil {
			if errors.Is(err, trigger.ErrGone) {
				return nil, fmt.Errorf("%w (is the project active in Drone?)", err)
			}
			return nil, err
		}
		for _, b := range list {
			switch j, ok := s.job(b); {
			case ok && j.Running:
				running = append(running, j)
			case ok:
				waiting = append(waiting, j)
			}
		}
		if len(list) < drone.PageSize {
			break
		}
	}
	asked := func(a, b dashboard.Job) int { return cmp.Compare(a.Number, b.Number) }
	slices.SortFunc(running, asked)
	slices.SortFunc(waiting, asked)
	return append(running, waiting...), nil
}

// job is what the overview shows of a build that has not ended and is of a recipe.
func (s *dashboardSource) job(b trigger.Build) (dashboard.Job, bool) {
	params, err := trigger.ParseParams(func(name string) string { return b.Params[name] })
	if err != nil || b.Ended() {
		return dashboard.Job{}, false
	}
	j := dashboard.Job{
		Number: b.Number, Recipe: params.Recipe, Commit: params.Ref, PR: int(params.PR), Running: b.Running(),
		Since: b.Created.UTC(), Link: s.pages + strconv.FormatInt(b.Number, 10),
	}
	if b.Running() {
		j.Since = b.Started.UTC()
	}
	return j, true
}
