package backupbot

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/swarm"

	"coopcloud.tech/cc-ci/internal/recipe"
)

// service is one service of the app that is backed up.
type service struct {
	name      string // without the stack
	container string // id of the running one
	labels    recipe.Backup
	mounts    []mount.Mount
}

// services finds what of the stack is backed up, in order of name.
func (b Bot) services(ctx context.Context, stack string) ([]service, error) {
	all, err := b.Engine.ServiceList(ctx, swarm.ServiceListOptions{Filters: filters.NewArgs(filters.Arg("label", "com.docker.stack.namespace="+stack))})
	if err != nil {
		return nil, err
	}
	var found []service
	for _, s := range all {
		labels := recipe.ParseBackup(s.Spec.Labels)
		if !labels.Enabled || s.Spec.TaskTemplate.ContainerSpec == nil {
			continue
		}
		name := strings.TrimPrefix(s.Spec.Name, stack+"_")
		id, err := b.running(ctx, s.ID)
		if err != nil {
			return nil, fmt.Errorf("service %s: %w", name, err)
		}
		found = append(found, service{name, id, labels, s.Spec.TaskTemplate.ContainerSpec.Mounts})
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no service of %s has the label backupbot.backup=true", stack)
	}
	slices.SortFunc(found, func(a, b service) int { return strings.Compare(a.name, b.name) })
	return found, nil
}

func (b Bot) running(ctx context.Context, id string) (string, error) {
	tasks, err := b.Engine.TaskList(ctx, swarm.TaskListOptions{Filters: filters.NewArgs(filters.Arg("service", id), filters.Arg("desired-state", "running"))})
	if err != nil {
		return "", err
	}
	for _, t := range tasks {
		if t.Status.State == swarm.TaskStateRunning && t.Status.ContainerStatus != nil {
			return t.Status.ContainerStatus.ContainerID, nil
		}
	}
	return "", fmt.Errorf("expected a running container, found none")
}

// paths are the folders and files to save of a service's volumes, as the bot sees them.
func (b Bot) paths(stack string, s service) ([]string, error) {
	if len(s.labels.Paths) > 0 {
		return b.pathsV1(s)
	}
	if s.labels.Command != "" {
		return nil, nil
	}
	var found []string
	for _, m := range s.mounts {
		if m.Type != mount.TypeVolume || m.Source == "" {
			continue
		}
		rule := s.labels.Volumes[strings.TrimPrefix(m.Source, stack+"_")]
		root := filepath.Join(b.Volumes, m.Source, "_data")
		switch {
		case rule.Excluded:
		case len(rule.Paths) == 0:
			found = append(found, root)
		default:
			for _, p := range rule.Paths {
				found = append(found, filepath.Join(root, filepath.Join("/", p)))
			}
		}
	}
	return found, nil
}

// pathsV1 finds the volumes behind paths in the container.
func (b Bot) pathsV1(s service) ([]string, error) {
	var found []string
	for _, p := range s.labels.Paths {
		p = path.Clean(p)
		i := slices.IndexFunc(s.mounts, func(m mount.Mount) bool {
			return m.Type == mount.TypeVolume && (m.Target == p || strings.HasPrefix(p, m.Target+"/"))
		})
		if i < 0 {
			return nil, fmt.Errorf("service %s: backup.path: expected a path in a volume, found %s", s.name, p)
		}
		m := s.mounts[i]
		found = append(found, filepath.Join(b.Volumes, m.Source, "_data", strings.TrimPrefix(p, m.Target)))
	}
	return found, nil
}
