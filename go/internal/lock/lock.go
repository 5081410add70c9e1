// Package lock says which runs are alive. A run holds one file lock for its
// domain and one for its slot, both for life, in one machine-wide folder keyed by
// the swarm's id, so that clones and users who share an engine see each other (S7, S9, S10).
//
// Contract: the kernel drops a lock when its process is gone, whatever ended it;
// no age and no pid is ever judged. What can't be read counts as live. Files are
// close-on-exec, so a child never keeps a dead run alive. They are not removed
// while they are held by anyone, and a lock counts only while its file has its name.
package lock

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// ErrHeld means that a living process has the lock.
var ErrHeld = errors.New("held by a living run")

// Folder is the locks of one swarm.
type Folder struct{ dir string }

// Open makes <root>/<swarm id> where it doesn't exist. It is writable by all and
// sticky, as /run/lock is: runs of other users must be seen, and not be removed. A
// folder that belongs to somebody else than root or this user is refused, and so is a link:
// its owner could take a living run's lock file away.
func Open(root, swarmID string) (Folder, error) {
	dir := filepath.Join(root, swarmID)
	for _, d := range []string{root, dir} {
		if err := os.Mkdir(d, 0o755); err == nil {
			if err := os.Chmod(d, 0o777|os.ModeSticky); err != nil {
				return Folder{}, fmt.Errorf("folder of locks: %w", err)
			}
		} else if !errors.Is(err, fs.ErrExist) {
			return Folder{}, fmt.Errorf("folder of locks: %w", err)
		}
		if err := trusted(d); err != nil {
			return Folder{}, err
		}
	}
	return Folder{dir}, nil
}

func trusted(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("folder of locks: %w", err)
	}
	owner := info.Sys().(*syscall.Stat_t).Uid
	if !info.IsDir() || owner != 0 && int(owner) != os.Getuid() {
		return fmt.Errorf("folder of locks %s: expected a folder of root's or of user %d, found %s of user %d; remove it, or set `locks` in the site file",
			dir, os.Getuid(), info.Mode().Type(), owner)
	}
	return nil
}

// Lock is held until Release, or until the process ends.
type Lock struct{ file *os.File }

// Take locks name without waiting. A living holder gives ErrHeld; a file that
// may not be opened gives ErrHeld too, because what can't be read counts as live.
func (f Folder) Take(name string) (*Lock, error) {
	path := filepath.Join(f.dir, name+".lock")
	for {
		file, err := open(path)
		if errors.Is(err, fs.ErrPermission) {
			return nil, fmt.Errorf("%s: not readable: %w", path, ErrHeld)
		}
		if err != nil {
			return nil, err
		}
		if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			file.Close()
			if errors.Is(err, syscall.EWOULDBLOCK) {
				return nil, fmt.Errorf("%s: %w", name, ErrHeld)
			}
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if sameFile(file, path) {
			return &Lock{file}, nil
		}
		file.Close() // its last holder removed it between open and lock
	}
}

// Held tells whether a living process has the lock; what can't be read counts as live. A dead run's file stays, for the next who
// looks after the dead.
func (f Folder) Held(name string) bool {
	if _, err := os.Lstat(filepath.Join(f.dir, name+".lock")); errors.Is(err, fs.ErrNotExist) {
		return false // Take would make it
	}
	l, err := f.Take(name)
	return err != nil || l.Leave() != nil
}

// Wait is Take that tries again until ctx ends; told, where not nil, is called
// once before the first wait.
func (f Folder) Wait(ctx context.Context, name string, told func()) (*Lock, error) {
	for first := true; ; first = false {
		l, err := f.Take(name)
		if !errors.Is(err, ErrHeld) {
			return l, err
		}
		if first && told != nil {
			told()
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waited for another run: %w", err)
		case <-time.After(200 * time.Millisecond): // flock has no event to wait on
		}
	}
}

// Slot takes the first free one of n slots (S10) and waits while all are held.
func (f Folder) Slot(ctx context.Context, n int, told func()) (*Lock, error) {
	for first := true; ; first = false {
		for i := range n {
			l, err := f.Take(fmt.Sprintf("slot-%d", i))
			if !errors.Is(err, ErrHeld) {
				return l, err
			}
		}
		if first && told != nil {
			told()
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("all %d test slots are taken: %w", n, ErrHeld)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// Note writes text into the lock's file, for people who look.
func (l *Lock) Note(text string) error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt([]byte(text+"\n"), 0)
	return err
}

// FD is the descriptor of the lock's file, to be sent to another process: the lock is
// held until every process that has it has closed it.
func (l *Lock) FD() int { return int(l.file.Fd()) }

// Of gives the lock whose open file another process has sent.
func Of(fd int) (*Lock, error) {
	path, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
	if err != nil {
		return nil, fmt.Errorf("lock of descriptor %d: %w", fd, err)
	}
	l := &Lock{os.NewFile(uintptr(fd), path)}
	if !sameFile(l.file, path) {
		return nil, errors.Join(fmt.Errorf("lock of descriptor %d: %s is another file", fd, path), l.Leave())
	}
	return l, nil
}

// Leave drops the lock and leaves the file, for the next who looks after the dead.
func (l *Lock) Leave() error {
	err := l.file.Close()
	l.file = nil
	return err
}

// Release removes the file and drops the lock.
func (l *Lock) Release() error {
	if l == nil || l.file == nil {
		return nil
	}
	err := os.Remove(l.file.Name())
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if e := l.file.Close(); err == nil {
		err = e
	}
	l.file = nil
	return err
}

// Names lists the files in the folder, without their ending.
func (f Folder) Names() ([]string, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if n, ok := strings.CutSuffix(e.Name(), ".lock"); ok {
			names = append(names, n)
		}
	}
	return names, nil
}

// open makes the file where needed. A file of another user is opened for reading,
// which is enough for flock. No link is followed: the folder is writable by all.
func open(path string) (*os.File, error) {
	const flags = syscall.O_CLOEXEC | syscall.O_NOFOLLOW | syscall.O_NONBLOCK // a planted pipe must not hold us up
	file, err := os.OpenFile(path, os.O_RDWR|flags, 0)
	if errors.Is(err, fs.ErrPermission) {
		return os.OpenFile(path, os.O_RDONLY|flags, 0)
	}
	if errors.Is(err, fs.ErrNotExist) {
		file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL|flags, 0o644)
		if errors.Is(err, fs.ErrExist) {
			return open(path)
		}
	}
	return file, err
}

func sameFile(file *os.File, path string) bool {
	a, err := file.Stat()
	if err != nil {
		return false
	}
	b, err := os.Lstat(path)
	return err == nil && os.SameFile(a, b)
}
