package generation

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strconv"
)

// tree is what a folder holds: files by their content, links by what they lead to.
type tree struct {
	files Files
	links map[string]string
}

// make puts generation last+1 on disk. Of the one before last nobody reads any more once the
// new one is in force: where this process made it, its folder becomes the new one, and only
// what differs is written. A kill in between leaves a folder that the next Put removes.
func (s *Site) make(last int, at string, now tree) error {
	spare := last - 1
	was, known := s.made[spare]
	delete(s.made, spare)
	tmp := filepath.Join(filepath.Dir(at), ".new-recycled")
	if !known || os.Rename(filepath.Join(filepath.Dir(at), strconv.Itoa(spare)), tmp) != nil {
		was, tmp = tree{}, ""
	}
	var err error
	if tmp == "" {
		err = s.write(at, now.files, now.links)
	} else if err = now.fill(tmp, was); err == nil {
		err = os.Rename(tmp, at)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(filepath.Join(filepath.Dir(at), ".new-recycled")))
	}
	s.made[last+1] = tree{maps.Clone(now.files), maps.Clone(now.links)}
	return nil
}

// fill makes of a folder that holds was one that holds t.
func (t tree) fill(dir string, was tree) error {
	in := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	for name := range was.files {
		if _, ok := t.files[name]; !ok {
			if err := os.Remove(in(name)); err != nil {
				return err
			}
		}
	}
	for name, to := range was.links {
		if t.links[name] != to {
			if err := os.Remove(in(name)); err != nil {
				return err
			}
		}
	}
	made := map[string]bool{}
	folder := func(name string) error {
		at := in(path.Dir(name))
		if made[at] {
			return nil
		}
		made[at] = true
		return os.MkdirAll(at, 0o755)
	}
	for name, content := range t.files {
		if old, ok := was.files[name]; ok && bytes.Equal(old, content) {
			continue
		}
		if err := errors.Join(folder(name), os.WriteFile(in(name), content, 0o644)); err != nil {
			return err
		}
	}
	for name, to := range t.links {
		if was.links[name] == to {
			continue
		}
		if err := errors.Join(folder(name), os.Symlink(to, in(name))); err != nil {
			return err
		}
	}
	return nil
}
