package main

import (
	"context"
	"errors"
	"fmt"
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
		s.from = gitea.Recipes{Client: s.forge, Project: f.project, Folder: f.recipes}
		if f.recipes == "" {
			s.from.Folder = "recipes"
		}
	} else {
		s.folder = f.recipes
	}
	if f.drone != "" {
		s.builds = drone.New(f.drone, f.project, tokens[1])
		s.pages = strings.TrimSuffix(f.drone, "/")
		if f.dronePages != "" {
			s.pages = strings.TrimSuffix(f.dronePages, "/")
		}
		s.pages += "/" + f.project + "/"
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
	var out []string
	switch {
	case s.forge != nil:
		all, err := s.from.Enrolled(ctx)
		if err != nil {
			return nil, err
		}
		for name := range all {
			out = append(out, name)
		}
	case s.folder != "":
		list, err := os.ReadDir(s.folder)
		if err != nil {
			return nil, fmt.Errorf("enrolled recipes: %w", err)
		}
		for _, d := range list {
			if d.IsDir() && !strings.HasPrefix(d.Name(), "_") {
				out = append(out, d.Name())
			}
		}
	}
	slices.Sort(out)
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
	var out []dashboard.Job
	for page := 1; page <= queuePages; page++ {
		list, err := s.builds.Builds(ctx, page)
		if err != nil {
			if errors.Is(err, trigger.ErrGone) {
				return nil, fmt.Errorf("%w (is the project active in Drone?)", err)
			}
			return nil, err
		}
		for _, b := range list {
			if j, ok := s.job(b); ok {
				out = append(out, j)
			}
		}
		if len(list) < drone.PageSize {
			break
		}
	}
	slices.SortFunc(out, func(a, b dashboard.Job) int {
		if a.Running != b.Running {
			if a.Running {
				return -1
			}
			return 1
		}
		return int(a.Number - b.Number)
	})
	return out, nil
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
