package run

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/janitor"
	"coopcloud.tech/cc-ci/internal/lock"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/restic"
	"coopcloud.tech/cc-ci/internal/sandbox"
	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// Janitor reaps what dead runs left on this machine (S9), and the folders that the site keeps no longer.
func Janitor(ctx context.Context, s site.Site) (janitor.Report, error) {
	engine, err := swarm.Connect(ctx, s.Docker)
	if err != nil {
		return janitor.Report{}, err
	}
	defer engine.Close()
	locks, err := lock.Open(s.Locks, engine.ID())
	if err != nil {
		return janitor.Report{}, err
	}
	return reap(ctx, s, engine, locks)
}

func reap(ctx context.Context, s site.Site, engine *swarm.Engine, locks lock.Folder) (janitor.Report, error) {
	j := newJanitor(s, engine, locks)
	r, err := j.Apps(ctx)
	if err != nil {
		return r, err
	}
	dead := func(id string) error { return sandbox.Reap(ctx, id) }
	runs := filepath.Join(s.State, "runs")
	folders, err := j.Folders(runs, dead)
	r.Reaped = append(r.Reaped, folders...)
	if s.KeepDays > 0 {
		var old error
		r.Old, old = j.Old(runs, time.Now().AddDate(0, 0, -s.KeepDays))
		err = errors.Join(err, old)
	}
	return r, errors.Join(err, j.Files(dead))
}

func newJanitor(s site.Site, engine *swarm.Engine, locks lock.Folder) janitor.Janitor {
	return janitor.Janitor{Engine: engine, Backups: restic.Repository{Engine: engine}, Locks: locks, StackOf: stackOf(s.Domain)}
}

// stackOf finds the stack of a run's form at the beginning of an object's name.
func stackOf(ciDomain string) func(string) string {
	suffix := "_" + recipe.StackName(ciDomain)
	return func(name string) string {
		i := strings.Index(name, suffix)
		if i < 0 {
			return ""
		}
		stack, rest := name[:i+len(suffix)], name[i+len(suffix):]
		if rest != "" && rest[0] != '_' && rest[0] != '.' || !recipe.IsRunStack(stack, ciDomain) {
			return ""
		}
		return stack
	}
}
