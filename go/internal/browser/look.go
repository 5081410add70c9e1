package browser

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/playwright-community/playwright-go"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// look carries out the steps that read the page.
func (w *walk) look(s plan.BrowserStep, limit time.Duration) error {
	switch {
	case s.ExpectText != nil:
		return w.expectText(s.Frame, *s.ExpectText, limit)
	case s.ExpectURL != "":
		return w.expectURL(s.ExpectURL, limit)
	case s.ExpectTitle != "":
		return w.expectTitle(s.ExpectTitle, limit)
	case s.NoErrors != nil:
		return w.noErrors(*s.NoErrors)
	case s.Save != nil:
		return w.save(s.Frame, *s.Save, limit)
	case s.Eval != nil:
		return w.eval(s.Frame, *s.Eval, limit)
	}
	return errors.New("a browser step without a verb")
}

// expectText compares with the text that a person sees, white space aside.
func (w *walk) expectText(frame string, e plan.ExpectText, limit time.Duration) error {
	at := plan.At{CSS: "body"}
	if e.At != nil {
		at = *e.At
	}
	template := e.Text
	return w.on(frame, at, e.Text, func(l playwright.Locator, text string) error {
		o := playwright.LocatorAssertionsToContainTextOptions{UseInnerText: playwright.Bool(true), Timeout: milliseconds(limit)}
		assert, wanted := playwright.NewPlaywrightAssertions().Locator(l), fmt.Sprintf("text %q at %s", template, at)
		if e.Absent {
			if n, err := l.Count(); err == nil && n == 0 {
				return nil // without the element there is no text at it
			}
			assert, wanted = assert.Not(), fmt.Sprintf("no text %q at %s", template, at)
		}
		err := assert.ToContainText(text, o)
		if err == nil || strict.MatchString(err.Error()) || errors.Is(err, playwright.ErrTargetClosed) {
			return err
		}
		seen, terr := l.InnerText(playwright.LocatorInnerTextOptions{Timeout: playwright.Float(1000)})
		if terr != nil {
			seen = w.state(l)
		} else {
			seen = fmt.Sprintf("%q", strings.Join(strings.Fields(seen), " ")) // as it was compared
		}
		return &result.Failure{Expected: wanted, Seen: seen}
	})
}

// expectURL compares the page's address, without its query and fragment, with a
// glob: * is anything but a slash, ** anything.
func (w *walk) expectURL(glob string, limit time.Duration) error {
	template := glob
	if err := w.absolute(&glob); err != nil {
		return err
	}
	err := playwright.NewPlaywrightAssertions().Page(w.page).ToHaveURL(globExpr(glob), playwright.PageAssertionsToHaveURLOptions{Timeout: milliseconds(limit)})
	if err == nil || errors.Is(err, playwright.ErrTargetClosed) {
		return err
	}
	return &result.Failure{Expected: "the address " + template, Seen: w.page.URL()}
}

// globExpr makes the regular expression of a glob over addresses.
func globExpr(glob string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("^")
	for len(glob) > 0 {
		switch {
		case strings.HasPrefix(glob, "**"):
			b.WriteString(".*")
			glob = glob[2:]
		case glob[0] == '*':
			b.WriteString("[^/?#]*")
			glob = glob[1:]
		default:
			n := strings.IndexByte(glob, '*')
			if n < 0 {
				n = len(glob)
			}
			b.WriteString(regexp.QuoteMeta(glob[:n]))
			glob = glob[n:]
		}
	}
	b.WriteString(`(\?.*)?(#.*)?$`)
	return regexp.MustCompile(b.String())
}

func (w *walk) expectTitle(title string, limit time.Duration) error {
	template := title
	if err := w.expandAll(&title); err != nil {
		return err
	}
	err := playwright.NewPlaywrightAssertions().Page(w.page).ToHaveTitle(regexp.MustCompile(regexp.QuoteMeta(title)),
		playwright.PageAssertionsToHaveTitleOptions{Timeout: milliseconds(limit)})
	if err == nil || errors.Is(err, playwright.ErrTargetClosed) {
		return err
	}
	seen, err := w.page.Title()
	if err != nil {
		return err
	}
	return &result.Failure{Expected: fmt.Sprintf("a title with %q", template), Seen: fmt.Sprintf("%q", seen)}
}

// noErrors looks at the errors since the flow began. What the page's scripts had
// already queued is let finish first.
func (w *walk) noErrors(n plan.NoConsoleErrors) error {
	if _, err := w.page.Evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"); err != nil {
		return err
	}
	for _, line := range w.noted(&w.errors) {
		allowed := false
		for _, expr := range n.Allow {
			re, err := regexp.Compile(expr)
			if err != nil {
				return err
			}
			allowed = allowed || re.MatchString(line)
		}
		if !allowed {
			return &result.Failure{Expected: "no error on the console", Seen: line}
		}
	}
	return nil
}

// save keeps a value. An empty one would make every later comparison with it hold.
func (w *walk) save(frame string, s plan.BrowserSave, limit time.Duration) error {
	if s.At == nil {
		w.vars.Set(s.As, w.page.URL())
		return nil
	}
	return w.on(frame, *s.At, s.Attr, func(l playwright.Locator, attr string) error {
		var value string
		var err error
		switch attr {
		case "":
			value, err = l.InnerText(playwright.LocatorInnerTextOptions{Timeout: milliseconds(limit)})
			value = strings.TrimSpace(value)
		case "value":
			value, err = l.InputValue(playwright.LocatorInputValueOptions{Timeout: milliseconds(limit)})
		default:
			value, err = l.GetAttribute(attr, playwright.LocatorGetAttributeOptions{Timeout: milliseconds(limit)})
		}
		if err == nil && value == "" {
			return &result.Failure{Expected: "a value to save at " + s.At.String(), Seen: "none"}
		}
		if err == nil {
			w.vars.Set(s.As, value)
		}
		return err
	})
}

// eval asks again until the answer is the expected one.
func (w *walk) eval(frame string, e plan.Eval, limit time.Duration) error {
	template := e.Equals
	if err := w.expandAll(&e.JS, &e.Equals); err != nil {
		return err
	}
	ask := func() (any, error) { return w.page.Evaluate(e.JS) }
	if frame != "" {
		root, err := w.locate(frame, plan.At{CSS: ":root"})
		if err != nil {
			return err
		}
		ask = func() (any, error) {
			return root.Evaluate(e.JS, nil, playwright.LocatorEvaluateOptions{Timeout: milliseconds(limit)})
		}
	}
	for deadline := time.Now().Add(limit); ; {
		v, err := ask()
		if err != nil {
			return err
		}
		seen, err := asText(v)
		if err != nil || seen == e.Equals {
			return err
		}
		if time.Now().After(deadline) {
			return &result.Failure{Expected: fmt.Sprintf("%q", template), Seen: fmt.Sprintf("%q", seen)}
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// asText writes a script's value: a text as it is, everything else as JSON.
func asText(v any) (string, error) {
	if s, ok := v.(string); ok {
		return s, nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// download clicks and looks into the file that comes.
func (w *walk) download(frame string, d plan.Download, limit time.Duration) error {
	contains, sum := d.Contains, d.SHA256
	if err := w.expandAll(&contains, &sum); err != nil {
		return err
	}
	return w.on(frame, d.Click, "", func(l playwright.Locator, _ string) error {
		// The click's own time limit comes first, so that its reason is the one shown.
		file, err := w.page.ExpectDownload(func() error {
			return l.Click(playwright.LocatorClickOptions{Timeout: milliseconds(limit)})
		}, playwright.PageExpectDownloadOptions{Timeout: milliseconds(limit + time.Second)})
		if errors.Is(err, playwright.ErrTimeout) && !errors.Is(err, playwright.ErrPlaywright) {
			return &result.Failure{Expected: fmt.Sprintf("a download within %s", limit), Seen: "none"}
		}
		if err != nil {
			return err
		}
		b, err := w.b.fetch("download", file.SaveAs, maxDownload)
		if err != nil {
			return err
		}
		found := sha256.Sum256(b)
		switch {
		case contains != "" && !strings.Contains(string(b), contains):
			return &result.Failure{Expected: fmt.Sprintf("a file with %q", d.Contains), Seen: fmt.Sprintf("%d bytes: %q", len(b), b[:min(len(b), looked)])}
		case sum != "" && hex.EncodeToString(found[:]) != sum:
			return &result.Failure{Expected: "a file with SHA-256 " + d.SHA256, Seen: fmt.Sprintf("%x, %d bytes", found, len(b))}
		}
		return nil
	})
}
