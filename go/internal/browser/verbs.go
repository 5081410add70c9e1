package browser

import (
	"cmp"
	"errors"
	"fmt"
	"mime"
	"path"
	"strings"
	"time"

	"github.com/playwright-community/playwright-go"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// do carries out one step. The step is a copy: templates in it are replaced.
func (w *walk) do(at string, s plan.BrowserStep, limit time.Duration) error {
	ms := milliseconds(limit)
	switch {
	case s.Goto != "":
		return w.goTo(s.Goto, limit)
	case s.Fill != nil:
		return w.on(s.Frame, s.Fill.At, s.Fill.Value, func(l playwright.Locator, v string) error {
			return l.Fill(v, playwright.LocatorFillOptions{Timeout: ms})
		})
	case s.Type != nil:
		return w.on(s.Frame, s.Type.At, s.Type.Value, func(l playwright.Locator, v string) error {
			return l.PressSequentially(v, playwright.LocatorPressSequentiallyOptions{Timeout: ms})
		})
	case s.Press != nil && s.Press.At == nil:
		return w.page.Keyboard().Press(s.Press.Key)
	case s.Press != nil:
		return w.on(s.Frame, *s.Press.At, s.Press.Key, func(l playwright.Locator, key string) error {
			return l.Press(key, playwright.LocatorPressOptions{Timeout: ms})
		})
	case s.Click != nil:
		return w.on(s.Frame, *s.Click, "", func(l playwright.Locator, _ string) error {
			return l.Click(playwright.LocatorClickOptions{Timeout: ms})
		})
	case s.Select != nil:
		return w.on(s.Frame, s.Select.At, s.Select.Value, func(l playwright.Locator, v string) error {
			_, err := l.SelectOption(playwright.SelectOptionValues{ValuesOrLabels: &[]string{v}}, playwright.LocatorSelectOptionOptions{Timeout: ms})
			return err
		})
	case s.Upload != nil:
		return w.upload(s.Frame, *s.Upload, ms)
	case s.Download != nil:
		return w.download(s.Frame, *s.Download, limit)
	case s.Wait != nil:
		return w.on(s.Frame, s.Wait.For, "", func(l playwright.Locator, _ string) error {
			state := playwright.WaitForSelectorState(s.Wait.State)
			err := l.WaitFor(playwright.LocatorWaitForOptions{State: &state, Timeout: ms})
			if errors.Is(err, playwright.ErrTimeout) {
				return &result.Failure{Expected: fmt.Sprintf("%s to be %s within %s", s.Wait.For, s.Wait.State, limit), Seen: w.state(l)}
			}
			return err
		})
	case s.Screenshot != "":
		return w.screenshot(at, s.Screenshot)
	}
	return w.look(s, limit)
}

// on finds an element, expands the value and acts.
func (w *walk) on(frame string, at plan.At, value string, act func(playwright.Locator, string) error) error {
	l, err := w.locate(frame, at)
	if err != nil {
		return err
	}
	if err := w.expandAll(&value); err != nil {
		return err
	}
	return act(l, value)
}

// state says how an element is found right now.
func (w *walk) state(l playwright.Locator) string {
	n, err := l.Count()
	if err != nil || n == 0 {
		return "no such element"
	}
	if visible, err := l.First().IsVisible(); err == nil && visible {
		return fmt.Sprintf("%d visible", n)
	}
	return fmt.Sprintf("%d hidden", n)
}

// goTo loads a page; a bare path is one of the app's. A page with an error status
// is not what was asked for.
func (w *walk) goTo(url string, limit time.Duration) error {
	if err := w.absolute(&url); err != nil {
		return err
	}
	deadline := time.Now().Add(limit)
	for try := 0; ; try++ {
		r, err := w.page.Goto(url, playwright.PageGotoOptions{Timeout: milliseconds(time.Until(deadline))})
		// Repeating is safe for this error alone: the machine's interfaces changed.
		if err != nil && strings.Contains(err.Error(), "net::ERR_NETWORK_CHANGED") && try < 3 && time.Now().Before(deadline) {
			w.b.retries.Add(1)
			continue
		}
		if errors.Is(err, playwright.ErrTimeout) {
			w.stopLoading()
			return &result.Failure{Expected: fmt.Sprintf("a page within %s", limit), Seen: "none that finished loading"}
		}
		if err == nil && r != nil && r.Status() >= 400 {
			return &result.Failure{Expected: "a page", Seen: fmt.Sprintf("status %d at %s", r.Status(), r.URL())}
		}
		return err
	}
}

// stopLoading gives up a page that Chromium still waits for: until then, no question
// about a page with a frame is answered, and no evidence could be taken.
func (w *walk) stopLoading() {
	if s, err := w.context.NewCDPSession(w.page); err == nil {
		_, _ = s.Send("Page.stopLoading", nil)
		_ = s.Detach()
	}
}

// absolute expands a URL and puts the app's own host before a bare path.
func (w *walk) absolute(url *string) error {
	if strings.HasPrefix(*url, "/") {
		*url = "${base}" + *url
	}
	return w.expandAll(url)
}

func (w *walk) upload(frame string, u plan.BrowserUpload, ms *float64) error {
	if err := w.expandAll(&u.Name, &u.Content); err != nil {
		return err
	}
	kind := cmp.Or(mime.TypeByExtension(path.Ext(u.Name)), "application/octet-stream")
	return w.on(frame, u.At, "", func(l playwright.Locator, _ string) error {
		file := playwright.InputFile{Name: u.Name, MimeType: kind, Buffer: []byte(u.Content)}
		return l.SetInputFiles([]playwright.InputFile{file}, playwright.LocatorSetInputFilesOptions{Timeout: ms})
	})
}
