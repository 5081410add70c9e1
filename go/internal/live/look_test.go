//go:build live

package live

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/playwright-community/playwright-go"

	"coopcloud.tech/cc-ci/internal/browser"
)

// A look is one way in which people see a page.
type look struct {
	name       string
	wide, high int
	scheme     *playwright.ColorScheme
	media      *playwright.Media
}

var looks = []look{
	{"desktop", 1280, 800, playwright.ColorSchemeLight, playwright.MediaScreen},
	{"desktop in the dark", 1280, 800, playwright.ColorSchemeDark, playwright.MediaScreen},
	{"phone", 390, 844, playwright.ColorSchemeLight, playwright.MediaScreen},
	{"phone in the dark", 390, 844, playwright.ColorSchemeDark, playwright.MediaScreen},
	{"paper", 794, 1123, playwright.ColorSchemeLight, playwright.MediaPrint},
}

// looker opens pages in one browser.
type looker struct {
	b        *browser.Browser
	origin   string
	pictures string // folder for pictures of what it saw; empty: none
}

// look opens the pages one by one, and fails where one has an error on the console, asks for
// anything beyond its own site, is wider than the screen, or breaks a rule of WCAG 2.2 AA
// that axe-core can see.
func (l *looker) look(t *testing.T, look look, paths []string) {
	axe, err := os.ReadFile(filepath.Join(os.Getenv("CC_CI_CACHE"), "axe", "axe.js"))
	if err != nil {
		t.Fatalf("%v; `make up` installs axe-core", err)
	}
	chrome, err := l.b.Chromium(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tab, err := chrome.NewContext(playwright.BrowserNewContextOptions{
		Viewport: &playwright.Size{Width: look.wide, Height: look.high}, ColorScheme: look.scheme, ReducedMotion: playwright.ReducedMotionReduce,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	var wrong troubles
	tab.OnConsole(func(m playwright.ConsoleMessage) {
		if m.Type() == "error" || m.Type() == "warning" {
			wrong.add("console: " + m.Text())
		}
	})
	tab.OnWebError(func(e playwright.WebError) { wrong.add("uncaught: " + e.Error().Error()) })
	tab.OnRequest(func(r playwright.Request) {
		if !strings.HasPrefix(r.URL(), l.origin+"/") && !strings.HasPrefix(r.URL(), "data:") {
			wrong.add("it asks for " + r.URL())
		}
	})
	tab.OnRequestFailed(func(r playwright.Request) { wrong.add("not loaded: " + r.URL()) })
	page, err := tab.NewPage()
	if err != nil {
		t.Fatal(err)
	}
	if err := page.EmulateMedia(playwright.PageEmulateMediaOptions{Media: look.media}); err != nil {
		t.Fatal(err)
	}
	for i, path := range paths {
		if err := l.open(page, path, string(axe), &wrong); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for _, w := range wrong.take() {
			t.Errorf("%s: %s", path, w)
		}
		if l.pictures != "" {
			file := filepath.Join(l.pictures, fmt.Sprintf("%s-%d.png", strings.ReplaceAll(look.name, " ", "-"), i))
			if err := l.picture(page, file); err != nil {
				t.Error(err)
			}
		}
	}
}

// open loads a page with everything unfolded, since what is folded is not judged, and all its pictures: one that is
// still on its way when the next page is opened would count as not loaded.
func (l *looker) open(page playwright.Page, path, axe string, wrong *troubles) error {
	resp, err := page.Goto(l.origin + path)
	if err != nil {
		return err
	}
	if resp.Status() != 200 {
		wrong.add(fmt.Sprintf("status %d", resp.Status()))
	}
	over, err := page.Evaluate(`async () => {
		document.querySelectorAll("details").forEach(d => d.open = true);
		document.querySelectorAll("img").forEach(i => i.loading = "eager");
		await Promise.all([...document.images].filter(i => !i.complete).map(i => new Promise(done => i.onload = i.onerror = done)));
		return document.documentElement.scrollWidth - document.documentElement.clientWidth }`)
	if err != nil {
		return err
	}
	if n, _ := over.(int); n > 0 {
		wrong.add(fmt.Sprintf("%d pixels wider than the screen", n))
	}
	// What the driver evaluates is not bound by the page's policy, under which no script runs.
	found, err := page.Evaluate(axe + `; axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then(r => JSON.stringify({passes: r.passes.length, violations: r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.failureSummary + " at " + n.html.slice(0, 200)))}))`)
	if err != nil {
		return err
	}
	var seen struct {
		Passes     int
		Violations []string
	}
	text, _ := found.(string)
	if err := json.Unmarshal([]byte(text), &seen); err != nil {
		return fmt.Errorf("axe-core said %.200q: %w", text, err)
	}
	if seen.Passes < 10 {
		wrong.add(fmt.Sprintf("axe-core looked at %d rules alone", seen.Passes))
	}
	wrong.add(seen.Violations...)
	return nil
}

func (l *looker) picture(page playwright.Page, file string) error {
	b, err := page.Screenshot(playwright.PageScreenshotOptions{FullPage: new(true)})
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o644)
}

// troubles are what went wrong on the page that is open.
type troubles struct {
	mu   sync.Mutex
	list []string
}

func (t *troubles) add(lines ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, lines...)
}

func (t *troubles) take() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := slices.Clone(t.list)
	t.list = nil
	return list
}
