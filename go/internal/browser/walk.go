package browser

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/playwright-community/playwright-go"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// walk is one flow at work: a context with one page, and what went wrong on it so far.
type walk struct {
	b        *Browser
	context  playwright.BrowserContext
	page     playwright.Page
	vars     Vars
	evidence []result.Evidence
	hidden   string // a secret that the page may show, so nothing of it is shown

	mu     sync.Mutex
	errors []string // of the console, and uncaught
	log    []string // what went over the network and is worth a look
}

// open makes a context with a page, recording.
func (b *Browser) open(ctx context.Context, vars Vars) (*walk, error) {
	chrome, err := b.Chromium(ctx)
	if err != nil {
		return nil, err
	}
	w := &walk{b: b, vars: vars}
	err = b.guard(ctx, startLimit, func() (err error) {
		w.context, err = chrome.NewContext(playwright.BrowserNewContextOptions{
			Viewport: &playwright.Size{Width: 1280, Height: 720}, Locale: playwright.String("en-US"), TimezoneId: playwright.String("UTC"),
			IgnoreHttpsErrors: playwright.Bool(b.opts.OwnCertificate),
		})
		if err != nil {
			return err
		}
		w.listen()
		w.context.SetDefaultTimeout(float64(b.opts.Limit.Milliseconds()))
		// No DOM snapshots: taking one hangs for ever while a page with a frame waits for
		// the next page. The DOM at the failure is evidence of its own.
		err = w.context.Tracing().Start(playwright.TracingStartOptions{Screenshots: playwright.Bool(true)})
		if err != nil {
			return err
		}
		w.page, err = w.context.NewPage()
		return err
	})
	return w, err
}

// listen collects what a person would see in the browser's tools. Handlers run on
// playwright-go's receiving goroutine and must not ask the driver anything.
func (w *walk) listen() {
	w.context.OnConsole(func(m playwright.ConsoleMessage) {
		if m.Type() != "error" {
			return
		}
		where := m.Location()
		text := m.Text()
		if where != nil && strings.HasSuffix(where.URL, "/favicon.ico") && strings.HasPrefix(text, "Failed to load resource") {
			return // the browser's own wish, on every page without an icon
		}
		if where != nil && where.URL != "" {
			text += " (" + where.URL + ")"
		}
		w.note(&w.errors, "console error: "+text)
	})
	w.context.OnWebError(func(e playwright.WebError) {
		w.note(&w.errors, "uncaught: "+strings.TrimPrefix(e.Error().Error(), "playwright: "))
	})
	w.context.OnRequestFailed(func(r playwright.Request) {
		w.note(&w.log, fmt.Sprintf("request failed: %s %s: %v", r.Method(), r.URL(), r.Failure()))
	})
	w.context.OnResponse(func(r playwright.Response) {
		if r.Status() >= 400 {
			w.note(&w.log, fmt.Sprintf("status %d: %s", r.Status(), r.URL()))
		}
	})
	w.context.OnPage(func(p playwright.Page) {
		p.OnWebSocket(func(s playwright.WebSocket) { w.note(&w.log, "websocket: "+s.URL()) })
	})
}

// maxNotes and maxLine bound what is kept of a page's console, in lines and in bytes of each.
const maxNotes, maxLine = 1000, 4096

// note adds a line, of which a hostile page could make any number. The last one says that there were more: a thousand
// errors that a recipe allows must hide no other.
func (w *walk) note(to *[]string, line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch n := len(*to); {
	case n < maxNotes:
		*to = append(*to, w.b.cut(line, maxLine))
	case n == maxNotes:
		*to = append(*to, fmt.Sprintf("more than %d lines: what came then is not known", maxNotes))
	}
}

func (w *walk) noted(from *[]string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), *from...)
}

// close drops the context and the recording that collect did not take.
func (w *walk) close(ctx context.Context) {
	if !w.alive() {
		return
	}
	_ = w.b.guard(context.WithoutCancel(ctx), grace, func() error { return w.context.Close() })
}

// alive tells whether the browser of this walk still answers.
func (w *walk) alive() bool {
	w.b.mu.Lock()
	defer w.b.mu.Unlock()
	return w.b.broken == nil && w.b.chromes != nil && w.b.chromes.IsConnected()
}

// locate finds an element by its templates, in the page or in the frame.
func (w *walk) locate(frame string, at plan.At) (playwright.Locator, error) {
	err := w.expandAll(&frame, &at.Name, &at.Label, &at.Placeholder, &at.Text, &at.TestID, &at.CSS)
	if err != nil {
		return nil, err
	}
	find := w.page.Locator
	if frame != "" {
		in := w.page.FrameLocator(frame)
		find = func(css string, _ ...playwright.PageLocatorOptions) playwright.Locator { return in.Locator(css) }
	}
	if at.CSS != "" {
		return find(at.CSS), nil
	}
	root := find(":root")
	switch {
	case at.Role != "" && at.Name != "":
		return root.GetByRole(playwright.AriaRole(at.Role), playwright.LocatorGetByRoleOptions{Name: at.Name}), nil
	case at.Role != "":
		return root.GetByRole(playwright.AriaRole(at.Role)), nil
	case at.Label != "":
		return root.GetByLabel(at.Label), nil
	case at.Placeholder != "":
		return root.GetByPlaceholder(at.Placeholder), nil
	case at.Text != "":
		return root.GetByText(at.Text), nil
	default:
		return root.GetByTestId(at.TestID), nil
	}
}

// expandAll replaces templates by their values.
func (w *walk) expandAll(templates ...*string) error {
	for _, t := range templates {
		text, err := w.vars.Expand(*t)
		if err != nil {
			return err
		}
		*t = text
	}
	return nil
}
