package store

import (
	"io/fs"
	"os"
	"syscall"
)

// belong makes a file or folder of the store readable by everybody and gives it to whom the
// store belongs. A run publishes as root, under a umask that shows nothing to anybody;
// bridge and dashboard read as users of their own, and the dashboard, which owns the
// store, takes uploads into it and prunes it.
func belong(root *os.Root, name string) error {
	info, err := root.Lstat(name)
	if err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if info.IsDir() {
		mode = 0o755
	}
	if info.Mode().Perm() != mode && info.Mode().Type() != fs.ModeSymlink {
		if err := root.Chmod(name, mode); err != nil {
			return err
		}
	}
	owner, err := root.Stat(".")
	if err != nil || os.Geteuid() != 0 {
		return err
	}
	is, to := info.Sys().(*syscall.Stat_t), owner.Sys().(*syscall.Stat_t)
	if is.Uid == to.Uid && is.Gid == to.Gid {
		return nil
	}
	return root.Lchown(name, int(to.Uid), int(to.Gid))
}

// belongAll is belong for a folder and all below it.
func belongAll(root *os.Root, folder string) error {
	return fs.WalkDir(root.FS(), folder, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return belong(root, name)
	})
}
