package backupbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"coopcloud.tech/cc-ci/internal/result"
)

// create saves the app: pre-hooks, all paths in one snapshot, post-hooks.
func (b Bot) create(ctx context.Context, stack string) error {
	services, err := b.services(ctx, stack)
	if err != nil {
		return err
	}
	b.say("backup of " + stack)
	var paths []string
	for _, s := range services {
		if err := b.hook(ctx, s, "backup.pre-hook", s.labels.PreHook, b.Out); err != nil {
			return errors.Join(err, b.after(ctx, services))
		}
		own, err := b.paths(stack, s)
		if err == nil && s.labels.Command != "" {
			var dump string
			dump, err = b.dump(ctx, stack, s)
			own = append(own, dump)
		}
		if err != nil {
			return errors.Join(err, b.after(ctx, services))
		}
		paths = append(paths, own...)
	}
	id, err := b.save(ctx, stack, paths)
	if err := errors.Join(err, b.after(ctx, services)); err != nil {
		return err
	}
	b.say("backup finished", "snapshot_id", id)
	return nil
}

// after runs the post-hooks of a backup.
func (b Bot) after(ctx context.Context, services []service) error {
	var failed error
	for _, s := range services {
		failed = errors.Join(failed, b.hook(ctx, s, "backup.post-hook", s.labels.PostHook, b.Out))
	}
	return failed
}

// dump keeps the output of a v1 command in a file.
func (b Bot) dump(ctx context.Context, stack string, s service) (string, error) {
	dir := filepath.Join(b.Staging, stack)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	f, err := os.Create(filepath.Join(dir, s.name))
	if err != nil {
		return "", err
	}
	return f.Name(), errors.Join(b.hook(ctx, s, "backup.command", s.labels.Command, f), f.Close())
}

func (b Bot) save(ctx context.Context, stack string, paths []string) (string, error) {
	if len(paths) == 0 {
		return "", fmt.Errorf("the labels of %s leave nothing to save", stack)
	}
	for _, p := range paths {
		if _, err := os.Lstat(p); err != nil {
			return "", fmt.Errorf("path %s: the labels name it, but it isn't there", b.short(p))
		}
	}
	out, err := b.restic(ctx, append([]string{"backup", "--json", "--tag", stack, "--host", "backup-standin"}, paths...)...)
	if err != nil {
		return "", err
	}
	var summary struct {
		ID string `json:"snapshot_id"`
	}
	if err := json.Unmarshal([]byte(result.LastLine(out)), &summary); err != nil || summary.ID == "" {
		return "", fmt.Errorf("restic backup: expected a snapshot's id, found %q", result.LastLine(out))
	}
	return summary.ID, nil
}

// restore puts a snapshot's files back over the volumes, between the restore's hooks.
func (b Bot) restore(ctx context.Context, stack string) error {
	services, err := b.services(ctx, stack)
	if err != nil {
		return err
	}
	id, err := b.wanted(ctx, stack)
	if err != nil {
		return err
	}
	b.say("restore of "+stack, "snapshot_id", id)
	for _, s := range services {
		if err := b.hook(ctx, s, "restore.pre-hook", s.labels.RestorePre, b.Out); err != nil {
			return err
		}
	}
	if _, err := b.restic(ctx, "restore", id, "--target", "/"); err != nil {
		return err
	}
	for _, s := range services {
		if err := b.hook(ctx, s, "restore.post-hook", s.labels.RestorePost, b.Out); err != nil {
			return err
		}
	}
	b.say("restore finished", "snapshot_id", id)
	return nil
}

// wanted is the snapshot that SNAPSHOT names, which must be the app's; without it the newest.
func (b Bot) wanted(ctx context.Context, stack string) (string, error) {
	all, err := b.of(ctx, stack)
	if err != nil {
		return "", err
	}
	name := b.Getenv("SNAPSHOT")
	if name == "" || name == "latest" {
		if len(all) == 0 {
			return "", fmt.Errorf("%s has no snapshot", stack)
		}
		return all[len(all)-1].ID, nil
	}
	i := slices.IndexFunc(all, func(s snapshot) bool { return s.ID == name || s.Short == name })
	if i < 0 {
		return "", fmt.Errorf("%s has no snapshot %s", stack, name)
	}
	return all[i].ID, nil
}

func (b Bot) snapshots(ctx context.Context, stack string) error {
	all, err := b.of(ctx, stack)
	for _, s := range all {
		b.say(s.Time, "snapshot_id", s.ID)
	}
	return err
}

func (b Bot) list(ctx context.Context, stack string) error {
	id, err := b.wanted(ctx, stack)
	if err != nil {
		return err
	}
	out, err := b.restic(ctx, "ls", "--no-lock", id)
	io.WriteString(b.Out, out)
	return err
}

// forget removes all snapshots of the app.
func (b Bot) forget(ctx context.Context, stack string) error {
	all, err := b.of(ctx, stack)
	if err != nil || len(all) == 0 {
		return err
	}
	ids := []string{"forget"}
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	_, err = b.restic(ctx, ids...)
	return errors.Join(err, os.RemoveAll(filepath.Join(b.Staging, stack)))
}
