package store

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Bounds of one published run, in bytes and in files. What is over them is left out and named in
// leftOut, but for the result itself, without which there is nothing to publish.
const (
	maxFile   = 32 << 20
	maxRun    = 96 << 20
	maxFiles  = 2000
	leftOut   = "left-out.txt"
	maxUpload = maxRun + 8<<20 // room for an archive's own bytes
)

// published are the parts of a run's folder that leave it, most wanted first. Nothing else does:
// the folder of a living run also holds secrets.
var published = []string{"result.json", "junit.xml", "report.html", "log", "evidence"}

// part is one file of a run's folder.
type part struct {
	name string // below the folder, with slashes
	size int64
}

// parts chooses what of a run's folder is published: whole files, as many as fit, no links.
func parts(files fs.FS) (taken []part, omitted []string, err error) {
	left := int64(maxRun)
	for _, top := range published {
		err := fs.WalkDir(files, top, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				if name == top && os.IsNotExist(err) && top != "result.json" {
					return nil
				}
				return err
			}
			if d.IsDir() {
				return nil
			}
			info, err := d.Info()
			switch {
			case err != nil:
				return err
			case !info.Mode().IsRegular() || info.Size() > min(left, maxFile) || len(taken) >= maxFiles-1:
				omitted = append(omitted, name)
				return nil
			}
			left -= info.Size()
			taken = append(taken, part{name, info.Size()})
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	if len(taken) == 0 || taken[0].name != "result.json" {
		return nil, nil, fmt.Errorf("result.json: expected a file of at most %d bytes", maxFile)
	}
	return taken, omitted, nil
}

// allowed tells whether a file of this name may be published.
func allowed(name string) bool {
	top, _, inside := strings.Cut(name, "/")
	for _, p := range append([]string{leftOut}, published...) {
		if top == p && inside == (p == "log" || p == "evidence") {
			return fs.ValidPath(name) && path.Clean(name) == name
		}
	}
	return false
}

// write puts one file of exactly size bytes below root.
func write(root *os.Root, name string, size int64, from io.Reader) error {
	if dir := path.Dir(name); dir != "." {
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, from, size)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
