package browser

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/playwright-community/playwright-go"

	"coopcloud.tech/cc-ci/internal/redact"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/site"
)

func TestGlob(t *testing.T) {
	for _, tc := range []struct {
		glob, url string
		want      bool
	}{
		{"https://a.test/n/*", "https://a.test/n/abc", true},
		{"https://a.test/n/*", "https://a.test/n/abc/edit", false},
		{"https://a.test/n/*", "https://a.test/n/abc?edit#top", true},
		{"https://a.test/**", "https://a.test/n/abc/edit", true},
		{"https://**/login", "https://id.a.test/realms/x/login?state=1", true},
		{"https://a.test/a.b", "https://a.test/aXb", false},
		{"https://a.test/", "https://a.test/", true},
		{"https://a.test/", "https://a.test/more", false},
	} {
		if got := globExpr(tc.glob).MatchString(tc.url); got != tc.want {
			t.Errorf("%s against %s: expected %t", tc.glob, tc.url, tc.want)
		}
	}
}

func TestJudge(t *testing.T) {
	page := func(text string) error { return fmt.Errorf("%w: %s", playwright.ErrPlaywright, text) }
	for name, tc := range map[string]struct {
		err  error
		want result.Outcome
		text string
	}{
		"nothing":            {nil, result.Pass, ""},
		"time limit":         {fmt.Errorf("%w: %w: Timeout\n - element is not visible\n - retrying", playwright.ErrPlaywright, playwright.ErrTimeout), result.Fail, "element is not visible"},
		"no element":         {fmt.Errorf("%w: %w: Timeout\n - waiting for locator('x')", playwright.ErrPlaywright, playwright.ErrTimeout), result.Fail, "no such element"},
		"two elements":       {errors.New("strict mode violation: locator('p') resolved to 2 elements:\n    1) <p id=\"a\">x</p> aka locator('#a')\n    2) <p>y</p> aka z"), result.Fail, `expected one element, got 2 elements: <p id="a">x</p>, <p>y</p>`},
		"connection refused": {page("net::ERR_CONNECTION_REFUSED at https://a.test/"), result.Fail, "got ERR_CONNECTION_REFUSED"},
		"script":             {page("ReferenceError: x is not defined\n at eval"), result.Fail, "got ReferenceError: x is not defined"},
		"network changed":    {page("net::ERR_NETWORK_CHANGED at https://a.test/"), result.Error, ""},
		"certificate":        {page("net::ERR_CERT_DATE_INVALID at https://a.test/"), result.Error, ""},
		"dead driver":        {fmt.Errorf("%w: %w", playwright.ErrPlaywright, playwright.ErrTargetClosed), result.Error, ""},
		"hung":               {errHung, result.Error, ""},
		"template":           {errors.New("unknown name"), result.Error, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := judge(tc.err, time.Second)
			if got := result.OutcomeOf(err); got != tc.want {
				t.Errorf("expected %s, got %s: %v", tc.want, got, err)
			}
			if err != nil && !strings.Contains(err.Error(), tc.text) {
				t.Errorf("expected %q in %q", tc.text, err)
			}
		})
	}
}

func TestSlug(t *testing.T) {
	for place, want := range map[string]string{"flows.login[2]": "flows.login-2", "../../etc/passwd": "..-..-etc-passwd", "a b/c": "a-b-c"} {
		if got := slug(place); got != want || filepath.Base("x-"+got) != "x-"+got {
			t.Errorf("%s: expected %s, got %s", place, want, got)
		}
	}
}

func TestFindNamesWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "package"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "package", "package.json"), []byte(`{"version":"1.0.0"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := find(site.Browser{Driver: dir, Node: "/bin/sh", Chromium: "/missing/chromium"})
	if !errors.Is(err, ErrUnavailable) {
		t.Fatalf("expected no browser, got %v", err)
	}
	for _, want := range []string{"expected playwright-core 1.60.0, found 1.0.0", "/missing/chromium"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("expected %q in %v", want, err)
		}
	}
}

func TestFindTakesTheDriverOfTheApp(t *testing.T) {
	t.Setenv("CC_CI_PLAYWRIGHT_DRIVER", "/of-the-app")
	for given, want := range map[string]string{"": "/of-the-app/node", "/of-the-site": "/of-the-site/node"} {
		_, err := find(site.Browser{Driver: given})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("driver %q: expected %s to be tried, got %v", given, want, err)
		}
	}
}

func TestInside(t *testing.T) {
	for path, want := range map[string]string{"/usr/bin/node": "/usr/bin/node", "/nix/store/x/node": "/nix/store/x/node", "/root/.cache/p/node": "/opt/node/node"} {
		if got := inside(path, "node"); got != want {
			t.Errorf("%s: expected %s, got %s", path, want, got)
		}
	}
}

// changing is a page whose network changes under its first loads.
type changing struct {
	playwright.Page
	times, loads int
}

func (c *changing) Goto(string, ...playwright.PageGotoOptions) (playwright.Response, error) {
	c.loads++
	if c.loads <= c.times {
		return nil, fmt.Errorf("%w: net::ERR_NETWORK_CHANGED at https://a.test/", playwright.ErrPlaywright)
	}
	return nil, nil
}

func TestGotoAgainWhenTheNetworkChanged(t *testing.T) {
	for _, tc := range []struct {
		times, retries int
		want           result.Outcome
	}{{0, 0, result.Pass}, {1, 1, result.Pass}, {3, 3, result.Pass}, {4, 3, result.Error}} {
		p := &changing{times: tc.times}
		w := &walk{b: &Browser{}, page: p, vars: verbatim{}}
		err := judge(w.goTo("https://a.test/", time.Minute), time.Minute)
		if got := result.OutcomeOf(err); got != tc.want || w.b.Retries() != tc.retries || p.loads != tc.retries+1 {
			t.Errorf("%d changes: expected %s after %d repetitions, got %s after %d (%d loads): %v", tc.times, tc.want, tc.retries, got, w.b.Retries(), p.loads, err)
		}
	}
}

// TestCutMasksBefore: half of a secret at the end of what is kept would be shown.
func TestCutMasksBefore(t *testing.T) {
	mask := redact.New()
	if err := mask.Add("login", "correct-horse-battery"); err != nil {
		t.Fatal(err)
	}
	w := &walk{b: &Browser{opts: Options{Mask: mask}}}
	w.note(&w.log, strings.Repeat("x", maxLine-10)+"correct-horse-battery")
	if got := w.noted(&w.log)[0]; strings.Contains(got, "correct") || len(got) > maxLine+len("...") {
		t.Errorf("got %q", got[maxLine-20:])
	}
}
