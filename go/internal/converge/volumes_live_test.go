//go:build live

package converge_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"coopcloud.tech/cc-ci/internal/converge"
	"coopcloud.tech/cc-ci/internal/server"
)

// TestVolumesOfTmpfs: on a host whose mounts are shared, as systemd makes them, what the engine mounts for a volume in memory would show in the
// mount without links, too, with links that are followed. A mount of an earlier cc-ci, which was so, is made anew, and the volume stays.
func TestVolumesOfTmpfs(t *testing.T) {
	root := t.TempDir()
	mount(t, "tmpfs", root, "tmpfs", 0)
	mount(t, "", root, "", unix.MS_SHARED)
	v := server.Volumes{Of: filepath.Join(root, "docker/volumes"), At: filepath.Join(root, "at")}
	data := filepath.Join(v.Of, "hostile/_data")
	link := filepath.Join(v.At, "hostile/_data/link")
	for _, dir := range []string{data, v.At} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	inMemory := func() {
		t.Helper()
		mount(t, "tmpfs", data, "tmpfs", 0)
		if err := os.Symlink("/etc/hostname", filepath.Join(data, "link")); err != nil {
			t.Fatal(err)
		}
	}
	converges := func(changes int) {
		t.Helper()
		r := converge.NewReport(&bytes.Buffer{}, &bytes.Buffer{})
		if err := converge.Volumes(t.Context(), server.Server{Backup: &server.Backup{Volumes: &v}}, r); err != nil || r.Changes() != changes {
			t.Errorf("expected %d changes, found %d, %v", changes, r.Changes(), err)
		}
		if _, err := os.Stat(link); err == nil {
			t.Error("a link of a volume in memory is followed")
		}
	}

	converges(1)
	inMemory()
	converges(0)
	if err := unix.Unmount(data, 0); err != nil {
		t.Fatal(err)
	}

	t.Log("as it was before")
	if err := unix.Unmount(v.At, 0); err != nil {
		t.Fatal(err)
	}
	mount(t, v.Of, v.At, "", unix.MS_BIND)
	mount(t, "", v.At, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_NOSYMFOLLOW)
	inMemory()
	if _, err := os.Stat(link); err != nil {
		t.Fatalf("this kernel shows no mount twice: %v", err)
	}
	converges(1)
	converges(0)
	if _, err := os.Lstat(filepath.Join(data, "link")); err != nil {
		t.Errorf("the volume itself is gone: %v", err)
	}
}

// TestVolumesAreInert: a program that an app leaves in a volume, such as a shell with root's rights for everybody, can't be run there.
func TestVolumesAreInert(t *testing.T) {
	root := t.TempDir()
	v := server.Volumes{Of: filepath.Join(root, "docker/volumes"), At: filepath.Join(root, "run/volumes")}
	if err := os.MkdirAll(v.Of, 0o755); err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("/bin/true")
	if err == nil {
		err = os.WriteFile(filepath.Join(v.Of, "true"), program, 0o755|os.ModeSetuid)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := converge.Volumes(t.Context(), server.Server{Backup: &server.Backup{Volumes: &v}}, converge.NewReport(&bytes.Buffer{}, &bytes.Buffer{})); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(v.At, unix.MNT_DETACH) })
	if err := exec.Command(filepath.Join(v.Of, "true")).Run(); err != nil {
		t.Errorf("in the engine's folder: %v", err)
	}
	if err := exec.Command(filepath.Join(v.At, "true")).Run(); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("expected a program that can't be run, found %v", err)
	}
	info, err := os.Stat(filepath.Dir(v.At))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("expected a folder of root's alone, found %v", info.Mode())
	}
}

// mount is mount(2), needs root, and is undone with the test.
func mount(t *testing.T, from, at, kind string, flags uintptr) {
	t.Helper()
	if err := unix.Mount(from, at, kind, flags, ""); err != nil {
		t.Fatalf("mount %s (needs root): %v", at, err)
	}
	t.Cleanup(func() { _ = unix.Unmount(at, unix.MNT_DETACH) }) // a change of flags is undone with its mount
}
