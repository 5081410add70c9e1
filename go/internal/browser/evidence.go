package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/playwright-community/playwright-go"

	"coopcloud.tech/cc-ci/internal/result"
)

// The largest files that are taken out of the sandbox, in bytes. A larger trace is
// left out: no one opens it, and the results' store has to keep it.
const (
	maxTrace    = 20 << 20
	maxDownload = 64 << 20
	maxText     = 2 << 20
	maxKept     = 128 << 20 // of all evidence of one browser
)

// collect takes down what a person needs in order to see why a step went wrong.
// Nothing here is worth an error of its own: what can't be had is said in the console file.
func (w *walk) collect(ctx context.Context, at string) {
	if !w.alive() {
		return
	}
	var missing []string
	take := func(kind, ext string, get func() ([]byte, error)) {
		if !w.alive() {
			return
		}
		err := w.b.guard(context.WithoutCancel(ctx), usualLimit, func() error {
			data, err := get()
			if err != nil {
				return err
			}
			if len(data) == 0 {
				return errors.New("it is empty")
			}
			return w.keep(at, kind, slug(at)+"-"+kind+ext, data)
		})
		if err != nil {
			missing = append(missing, fmt.Sprintf("no %s: %v", kind, err))
		}
	}
	take("screenshot", ".png", w.picture)
	take("aria", ".yaml", func() ([]byte, error) {
		text, err := w.page.Locator("body").AriaSnapshot(playwright.LocatorAriaSnapshotOptions{Timeout: playwright.Float(5000)})
		return []byte(w.b.cut(text, maxText)), err
	})
	take("html", ".html.txt", func() ([]byte, error) {
		text, err := w.page.Content()
		return []byte(w.b.cut(text, maxText)), err
	})
	take("trace", ".zip", func() ([]byte, error) {
		return w.b.fetch("trace.zip", func(path string) error { return w.context.Tracing().Stop(path) }, maxTrace)
	})
	lines := append([]string{"at " + w.page.URL(), w.b.Version()}, w.noted(&w.errors)...)
	lines = append(append(lines, w.noted(&w.log)...), missing...)
	// A disk that is full is found out by the result's own file.
	_ = w.keep(at, "console", slug(at)+"-console.txt", []byte(strings.Join(lines, "\n")+"\n"))
}

// picture is of the viewport alone: a full page can be too tall to ever end.
func (w *walk) picture() ([]byte, error) {
	return w.page.Screenshot(playwright.PageScreenshotOptions{Timeout: milliseconds(usualLimit)})
}

func (w *walk) screenshot(at, name string) error {
	data, err := w.picture()
	if err != nil {
		return err
	}
	return w.keep(at, "screenshot", slug(at)+"-"+slug(name)+".png", data)
}

// rawDir is the folder, in the run's, in which evidence waits to be masked. Only this user
// reads it, and the janitor takes it away where the run is killed.
const rawDir = "raw"

// keep writes an evidence file, masks it, its name included, and only then puts it down
// among what is shown.
func (w *walk) keep(at, kind, name string, data []byte) error {
	if w.b.kept.Add(int64(len(data))) > maxKept {
		return &result.Failure{Expected: fmt.Sprintf("at most %d MiB of pictures and traces in a run", maxKept>>20), Seen: "more"}
	}
	raw, dir := filepath.Join(w.b.opts.Dir, rawDir), filepath.Join(w.b.opts.Dir, "evidence")
	if err := errors.Join(os.MkdirAll(raw, 0o700), os.MkdirAll(dir, 0o755)); err != nil {
		return err
	}
	path := filepath.Join(raw, name)
	defer os.Remove(path) // gone already where all went well
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return err
	}
	clean, err := w.b.opts.Mask.File(path)
	if err != nil {
		return err
	}
	shown := filepath.Join(dir, filepath.Base(clean))
	if err := os.Rename(clean, shown); err != nil {
		return errors.Join(err, os.Remove(clean))
	}
	w.evidence = append(w.evidence, result.Evidence{Kind: kind, File: "evidence/" + filepath.Base(shown), Step: at})
	return nil
}

var unfit = regexp.MustCompile(`[^A-Za-z0-9._]+`)

// slug makes a file name of a place: "flows.login[2]" becomes "flows.login-2".
func slug(place string) string { return strings.Trim(unfit.ReplaceAllString(place, "-"), "-") }

// fetch lets the driver write a file inside the sandbox and reads it from there.
// What lies at that name is hostile: only a regular file of a fit size is read.
func (b *Browser) fetch(name string, write func(path string) error, largest int64) ([]byte, error) {
	name = fmt.Sprintf("%d-%s", b.files.Add(1), name)
	if err := write("/tmp/" + name); err != nil {
		return nil, err
	}
	b.mu.Lock()
	pw := b.pw
	b.mu.Unlock()
	if pw == nil {
		return nil, playwright.ErrTargetClosed
	}
	tmp, err := b.opts.Sandbox.Tmp(pw.Pid())
	if err != nil {
		return nil, err
	}
	defer tmp.Close()
	// Without O_NONBLOCK a named pipe would hold us.
	f, err := tmp.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > largest {
		return nil, fmt.Errorf("%s: expected a file of at most %d MiB, found %s of %d bytes", name, largest>>20, info.Mode().Type(), info.Size())
	}
	return io.ReadAll(io.LimitReader(f, largest))
}
