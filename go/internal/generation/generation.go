// Package generation puts a tree of files in force at once: whoever reads the site sees
// the old tree or the new one, whole, also when the writer is killed at any instant.
//
//	<dir>/current -> gen/7              the one link whose renaming changes everything
//	<dir>/gen/7/...                     files of the whole site, and
//	<dir>/gen/7/<place>/<name>          -> parts/<name>-<hash>, one link a part
//	<dir>/parts/<name>-<hash>/...       never changed once it has its name
//
// Contract: a part that did not change is not written again, and a generation is made of
// the one that goes out of use (recycle.go), so that a change costs what changed. The
// generation before the current one stays for those who are reading it; what is older, and
// what a kill left half written, goes with the next Put. One process writes at a time
// (Open); any number may read through an os.Root of dir, and the links stay inside.
//
// Limits: what a power cut tears is healed by writing the part again (Part compares), not
// prevented by syncing.
package generation

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// Current is the name of the link to the generation in force.
const Current = "current"

// Files are a tree's files by their slash-separated path.
type Files map[string][]byte

// Site is a folder with generations, held for writing.
type Site struct {
	dir  string
	lock *os.File
	made map[int]tree // what the generations hold that this process made
}

// Open takes dir for writing, and makes it where it isn't there. While another process
// holds it, the error says so.
func Open(dir string) (*Site, error) {
	for _, d := range []string{"gen", "parts"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return nil, fmt.Errorf("site: %w", err)
		}
	}
	f, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("site %s: another process is writing it: %w", dir, err), f.Close())
	}
	return &Site{dir, f, map[int]tree{}}, nil
}

// Close lets others write.
func (s *Site) Close() error { return s.lock.Close() }

// Dir is the site's folder.
func (s *Site) Dir() string { return s.dir }

// Part puts a part on disk and gives the name under which Put links it. It is not in force
// until then. Files that are there already with the same content are left alone.
func (s *Site) Part(name string, files Files) (string, error) {
	part := name + "-" + hash(files)
	at := filepath.Join(s.dir, "parts", part)
	if intact(at, files) {
		return part, nil
	}
	if err := os.RemoveAll(at); err != nil {
		return "", err
	}
	return part, s.write(at, files, nil)
}

// Put makes a generation of files and of parts, which are linked at <place>/<key>, and puts it in force.
func (s *Site) Put(files Files, place string, parts map[string]string) error {
	last, _ := s.current()
	gen := strconv.Itoa(last + 1)
	at := filepath.Join(s.dir, "gen", gen)
	if err := os.RemoveAll(at); err != nil { // a killed writer's
		return err
	}
	links := map[string]string{}
	for name, part := range parts {
		links[path.Join(place, name)] = path.Join("../../../parts", part)
	}
	if err := s.make(last, at, tree{files, links}); err != nil {
		return fmt.Errorf("generation %s: %w", gen, err)
	}
	next := filepath.Join(s.dir, "next")
	if err := os.Remove(next); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Symlink(path.Join("gen", gen), next); err != nil {
		return err
	}
	if err := os.Rename(next, filepath.Join(s.dir, Current)); err != nil {
		return err
	}
	return s.sweep(place, last, last+1)
}

// current gives the number of the generation in force, 0 where there is none.
func (s *Site) current() (int, error) {
	to, err := os.Readlink(filepath.Join(s.dir, Current))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(path.Base(to))
}

// write makes a folder with files and links beside its place and renames it there.
func (s *Site) write(at string, files Files, links map[string]string) error {
	tmp, err := os.MkdirTemp(filepath.Dir(at), ".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := (tree{files, links}).fill(tmp, tree{}); err != nil {
		return err
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	return os.Rename(tmp, at)
}

// sweep removes all but the generations to keep and the parts that they link.
func (s *Site) sweep(place string, keep ...int) error {
	used := map[string]bool{}
	for _, gen := range keep {
		if known, ok := s.made[gen]; ok {
			for _, to := range known.links {
				used[path.Base(to)] = true
			}
			continue
		}
		dir := filepath.Join(s.dir, "gen", strconv.Itoa(gen), filepath.FromSlash(place))
		links, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		for _, l := range links {
			to, err := os.Readlink(filepath.Join(dir, l.Name()))
			if err != nil {
				return err
			}
			used[path.Base(to)] = true
		}
	}
	return errors.Join(
		removeOthers(filepath.Join(s.dir, "parts"), func(name string) bool { return used[name] }),
		removeOthers(filepath.Join(s.dir, "gen"), func(name string) bool {
			n, err := strconv.Atoi(name)
			return err == nil && slices.Contains(keep, n)
		}))
}

func removeOthers(dir string, keep func(string) bool) error {
	list, err := os.ReadDir(dir)
	for _, d := range list {
		if !keep(d.Name()) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, d.Name())))
		}
	}
	return err
}

// intact tells whether a folder holds exactly these files.
func intact(dir string, files Files) bool {
	for name, want := range files {
		f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return false
		}
		got, err := io.ReadAll(io.LimitReader(f, int64(len(want))+1))
		f.Close()
		if err != nil || !bytes.Equal(got, want) {
			return false
		}
	}
	return true
}

func hash(files Files) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%q %d\n", name, len(files[name]))
		h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
