package converge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/server"
)

// blind is the flag of a mount in which no symbolic link is followed (statfs(2)); inert are those of one from which no program of an
// app gets its owner's rights, and no device is opened: the engine keeps the host's own users out of its folder, this place doesn't.
const (
	blind = 0x2000
	inert = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC // the same bits in statfs(2)
)

// Volumes mounts the engine's volumes a second time, where the backup service gets them, so that no
// symbolic link is followed there (server.Volumes). The engine need not run: at a boot this comes before it.
func Volumes(_ context.Context, s server.Server, r *Report) error {
	if s.Backup == nil || s.Backup.Volumes == nil {
		return fmt.Errorf("%w: backup.volumes: expected where the engine's volumes are mounted for the backup service, found none", server.ErrFile)
	}
	v := *s.Backup.Volumes
	// As an engine makes them: nobody but root looks in.
	for dir, mode := range map[string]os.FileMode{filepath.Dir(v.Of): 0o710, v.At: 0o700} {
		if err := os.MkdirAll(dir, mode); err != nil {
			return fmt.Errorf("backup.volumes: %w", err)
		}
	}
	if err := os.Mkdir(v.Of, 0o701); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("backup.volumes.of: %w", err)
	}
	if shared, err := isShared(v.At); inForce(v) == nil && err == nil && !shared {
		return nil
	}
	if err := mountBlind(v); err != nil {
		return err
	}
	r.did("mount %s at %s, without symbolic links", v.Of, v.At)
	return nil
}

// mountBlind puts the mount in the place of whatever is mounted there.
func mountBlind(v server.Volumes) error {
	// What else is mounted there is an earlier mount of ours, of another folder or by hand. By itself, or what is
	// unmounted below it would be unmounted in the engine's own folder, too.
	err := unix.Mount("", v.At, "", unix.MS_REC|unix.MS_PRIVATE, "")
	if err == nil {
		err = unix.Unmount(v.At, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW)
	}
	if err != nil && !errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("unmount %s: %w", v.At, err)
	}
	if err := unix.Mount(v.Of, v.At, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount %s at %s: %w", v.Of, v.At, err)
	}
	// Without what the engine will mount: a volume in memory is a mount of its own, which follows links.
	err = unix.Mount("", v.At, "", unix.MS_PRIVATE, "")
	if err == nil {
		err = unix.Mount("", v.At, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_NOSYMFOLLOW|inert, "")
	}
	if err == nil {
		err = inForce(v)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("mount %s without symbolic links: %w", v.At, err), unix.Unmount(v.At, unix.MNT_DETACH))
	}
	return nil
}

// inForce says what of the mount is not as it should be.
func inForce(v server.Volumes) error {
	var at unix.Statfs_t
	if err := unix.Statfs(v.At, &at); err != nil || !sameFolder(v.Of, v.At) || at.Flags&(blind|inert) != blind|inert {
		return fmt.Errorf("backup.volumes.at: %s: expected a mount of %s with nosymfollow (Linux 5.10 or newer), nosuid, nodev and noexec, found none; run `cc-ci converge volumes`", v.At, v.Of)
	}
	below, err := mountedBelow(v.At)
	if err == nil && len(below) > 0 {
		err = fmt.Errorf("backup.volumes.at: %s: expected no mounts below it, in which links are followed, found %q; run `cc-ci converge volumes`", v.At, below)
	}
	return err
}

func sameFolder(a, b string) bool {
	x, err := os.Stat(a)
	y, other := os.Stat(b)
	return err == nil && other == nil && os.SameFile(x, y)
}

// withoutLinks gives what is added to the backup service's recipe: its mount of the engine's volumes is
// the one without links. A recipe in which it isn't found is not deployed.
func withoutLinks(v server.Volumes, f *recipe.Facts) (overlay, error) {
	if err := inForce(v); err != nil {
		return overlay{}, err
	}
	app, _ := f.Service("app")
	for _, m := range app.Mounts {
		if m.Type == "bind" && sameFolder(m.Source, v.Of) {
			return overlay{Bind: v.At, Target: m.Target}, nil
		}
	}
	return overlay{}, fmt.Errorf("recipe backup-bot-two: expected its service app to mount %s (backup.volumes.of), found no such mount", v.Of)
}
