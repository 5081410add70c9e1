package localtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"coopcloud.tech/cc-ci/internal/result"
)

// Kind is how a test file is run.
type Kind string

// The kinds.
const (
	Pytest     Kind = "pytest"     // test_*.py and *_test.py
	Executable Kind = "executable" // any other executable file
	StepFile   Kind = "steps"      // *.json that holds a list: steps as in the recipe's own file here
)

// File is one test file.
type File struct {
	Name string // slash-separated, below tests/
	Kind Kind
}

// What a tests/ folder may hold.
const (
	maxFiles     = 2000
	maxTestFiles = 200
	maxBytes     = 64 << 20 // in all
	maxSteps     = 1 << 20  // bytes of one step file
)

// Copy copies the folder tests/ of a checkout, readable for everybody, and gives its
// test files in the order of their names. The folder to must not exist. Links stay
// links; one that leaves tests/ is refused, as is anything that is neither file, folder
// nor link, and more than 2,000 files, 200 test files or 64 MiB. Those errors are the recipe's (result.Fault).
func Copy(tests, to string) ([]File, error) {
	if info, err := os.Lstat(tests); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, fault("tests", "expected a folder, found %s", info.Mode().Type())
	}
	from, err := os.OpenRoot(tests)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	c := &copier{from: from, to: to}
	err = fs.WalkDir(from.FS(), ".", c.entry)
	if err == nil && len(c.files) > maxTestFiles {
		err = fault("tests", "expected at most %d test files, found %d", maxTestFiles, len(c.files))
	}
	return c.files, err
}

type copier struct {
	from  *os.Root
	to    string
	files []File
	count int
	bytes int64
}

func (c *copier) entry(name string, d fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	if c.count++; c.count > maxFiles {
		return fault("tests", "expected at most %d files, found more", maxFiles)
	}
	to := filepath.Join(c.to, filepath.FromSlash(name))
	switch {
	case d.IsDir():
		if err := os.Mkdir(to, 0o755); err != nil {
			return err
		}
		return os.Chmod(to, 0o755) // whatever the umask
	case d.Type() == fs.ModeSymlink:
		return c.link(name, to)
	case d.Type().IsRegular():
		return c.file(name, to)
	}
	return fault(name, "expected a file, a folder or a link, found %s", d.Type())
}

// link keeps a link whose every step stays inside: os.Root refuses to follow others.
func (c *copier) link(name, to string) error {
	target, err := c.from.Readlink(name)
	if err != nil {
		return err
	}
	inside := !path.IsAbs(target) && filepath.IsLocal(path.Join(path.Dir(name), target))
	if _, err := c.from.Stat(name); err != nil || !inside {
		return fault(name, "expected a link to something inside tests/, found -> %s", target)
	}
	return os.Symlink(target, to)
}

func (c *copier) file(name, to string) error {
	in, err := c.from.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	mode := os.FileMode(0o444)
	if info.Mode()&0o111 != 0 {
		mode |= 0o111
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(out, io.LimitReader(in, maxBytes-c.bytes+1))
	if err := errors.Join(err, out.Chmod(mode), out.Close()); err != nil {
		return err
	}
	if c.bytes += n; c.bytes > maxBytes {
		return fault("tests", "expected at most %d MiB, found more", maxBytes>>20)
	}
	return c.classify(name, to, mode&0o111 != 0, n)
}

func (c *copier) classify(name, at string, executable bool, size int64) error {
	base := path.Base(name)
	switch {
	case strings.HasSuffix(base, ".py") && (strings.HasPrefix(base, "test_") || strings.HasSuffix(base, "_test.py")):
		c.files = append(c.files, File{name, Pytest})
	case executable:
		c.files = append(c.files, File{name, Executable})
	case strings.HasSuffix(base, ".json"):
		if size > maxSteps {
			return nil // data
		}
		b, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '[' || !json.Valid(b) {
			c.files = append(c.files, File{name, StepFile}) // one with a mistake is told, not skipped
		}
	}
	return nil
}

func fault(place, format string, args ...any) error {
	return result.Fault(fmt.Errorf("tests/: %q: "+format, append([]any{place}, args...)...))
}
