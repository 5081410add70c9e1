//go:build live

package browser

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/redact"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/sandbox"
	"coopcloud.tech/cc-ci/internal/site"
)

const secret = "correct-horse-battery"

// paths are this machine's, from the site file or where the set-up puts the driver.
func paths(t testing.TB) site.Browser {
	t.Helper()
	if s, err := site.Load(""); err == nil {
		return s.Browser
	}
	cache := os.Getenv("CC_CI_CACHE")
	if cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		cache = filepath.Join(dir, "cc-ci")
	}
	return site.Browser{Driver: filepath.Join(cache, "playwright", "driver")}
}

// start gives a browser in a sandbox before the test's app, and the result's folder.
func start(t testing.TB) (*Browser, string) {
	t.Helper()
	p, dir := paths(t), t.TempDir()
	address, ca := serve(t, app())
	pins, err := Pins(t.Context(), ca, address, host)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSandbox(t.Context(), p, sandbox.Options{
		Run: fmt.Sprintf("%s-%d", strings.ReplaceAll(t.Name(), "/", "-"), os.Getpid()), Dir: dir, Router: address, Hosts: []string{host},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	mask := redact.New()
	if err := mask.Add("login", secret); err != nil {
		t.Fatal(err)
	}
	b, err := Start(t.Context(), Options{Paths: p, Sandbox: s, Pins: pins, Dir: dir, Mask: mask, Limit: 20 * time.Second}) // no step reaches it: those that are to fail name one
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b, dir
}

// BenchmarkStart is what a flow would wait for if the browser were not started while the app starts.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		start(b)
	}
}

func known() values { return values{"base": "https://" + host, "secret:login": secret} }

func TestVerbs(t *testing.T) {
	b, dir := start(t)
	for _, tc := range verbs {
		t.Run(tc.name, func(t *testing.T) {
			all := append([]plan.BrowserStep{{Goto: "/"}}, tc.steps...)
			steps, evidence, err := b.Flow(t.Context(), "flows.test", all, known())
			for _, e := range evidence {
				if info, serr := os.Stat(filepath.Join(dir, e.File)); serr != nil || info.Size() == 0 {
					t.Errorf("evidence %+v: %v", e, serr)
				}
			}
			if tc.fails == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var f *result.Failure
			if !errors.As(err, &f) || !strings.Contains(f.Error(), tc.fails) {
				t.Fatalf("expected a failure with %q, got %v", tc.fails, err)
			}
			last := steps[len(steps)-1]
			if last.Outcome != result.Fail || last.Seen != f.Seen || last.Place != fmt.Sprintf("flows.test[%d]", len(all)-1) {
				t.Errorf("unexpected step %+v", last)
			}
			for _, kind := range []string{"screenshot", "html", "trace", "console"} { // an empty page has no aria
				if !slices.ContainsFunc(evidence, func(e result.Evidence) bool { return e.Kind == kind }) {
					t.Errorf("expected a %s, got %+v", kind, evidence)
				}
			}
		})
	}
}

func TestSmoke(t *testing.T) {
	b, dir := start(t)
	began := time.Now()
	steps, evidence, err := b.Smoke(t.Context(), "https://"+host+"/", plan.NoConsoleErrors{})
	t.Logf("smoke took %s", time.Since(began))
	if err != nil || len(steps) != 3 || len(evidence) != 1 || evidence[0].File != "evidence/smoke-2-app.png" {
		t.Errorf("expected a screenshot, got %+v, %+v, %v", steps, evidence, err)
	}
	if _, err := os.Stat(filepath.Join(dir, evidence[0].File)); err != nil {
		t.Error(err)
	}
	var f *result.Failure
	if _, _, err := b.Smoke(t.Context(), "https://"+host+"/noisy", plan.NoConsoleErrors{Allow: []string{"another"}}); !errors.As(err, &f) {
		t.Errorf("expected a page with console errors to fail, got %v", err)
	}
	if _, _, err := b.Smoke(t.Context(), "https://"+host+"/noisy", plan.NoConsoleErrors{Allow: []string{"."}}); err != nil {
		t.Errorf("expected allowed console errors to pass, got %v", err)
	}
}

// What was typed is in the trace in clear, which zip hides from a plain search.
func TestEvidenceIsMasked(t *testing.T) {
	b, dir := start(t)
	_, evidence, err := b.Flow(t.Context(), "flows.login", []plan.BrowserStep{
		{Goto: "/"}, {Fill: &plan.AtValue{At: label("Title"), Value: "${secret:login}"}},
		{Eval: &plan.Eval{JS: "console.error('${secret:login}'), document.title = document.querySelector('h1').textContent = '${secret:login}', 1", Equals: "1"}},
		{Screenshot: "${secret:login}"}, {Click: button("Save")},
		{ExpectText: &plan.ExpectText{At: css("#saved"), Text: "nothing like it"}, Timeout: soon},
	}, known())
	var f *result.Failure
	if !errors.As(err, &f) || strings.Contains(f.Error(), secret) || !strings.Contains(f.Seen, redact.Label("login")) {
		t.Errorf("expected a failure that shows the secret's label, got %v", err)
	}
	kinds := map[string]bool{}
	for _, e := range evidence {
		kinds[e.Kind] = true
		if found := search(t, filepath.Join(dir, e.File), secret); found != "" {
			t.Errorf("the secret is in %s", found)
		}
	}
	if !kinds["trace"] || !kinds["html"] || !kinds["aria"] || !kinds["console"] || !kinds["screenshot"] {
		t.Errorf("expected all kinds of evidence, got %v", kinds)
	}
	if found := search(t, filepath.Join(dir, "evidence", "flows.login-5-trace.zip"), redact.Label("login")); found == "" {
		t.Error("expected the label in the trace: this test could not fail")
	}
}

// search looks for a text in a file, and in the members of an archive.
func search(t *testing.T, path, text string) string {
	t.Helper()
	if !strings.HasSuffix(path, ".zip") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), text) {
			return path
		}
		return ""
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), text) {
			return path + ": " + f.Name
		}
	}
	return ""
}

// A page that never gives the browser back is ended by the watchdog; it is the
// machine's error, since no one can tell whose fault it is, and the next flow runs.
func TestHungPage(t *testing.T) {
	b, _ := start(t)
	_, _, err := b.Flow(t.Context(), "flows.hang", []plan.BrowserStep{
		{Goto: "/loop"}, {Eval: &plan.Eval{JS: "(() => { for (;;) {} })()", Equals: "x"}, Timeout: soon},
	}, known())
	var f *result.Failure
	if !errors.Is(err, errHung) || errors.As(err, &f) {
		t.Errorf("expected a hung browser, got %v", err)
	}
	if _, _, err := b.Flow(t.Context(), "flows.next", []plan.BrowserStep{{Goto: "/"}, {ExpectTitle: "Notes"}}, known()); err != nil {
		t.Errorf("expected a new browser, got %v", err)
	}
}

func TestCancelledFlow(t *testing.T) {
	b, _ := start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	began := time.Now()
	_, _, err := b.Flow(ctx, "flows.slow", []plan.BrowserStep{{Goto: "/slow"}}, known())
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 15*time.Second {
		t.Errorf("expected the context's end, got %v after %s", err, time.Since(began))
	}
}

// Only what the site's CA signed is trusted.
func TestUnknownCertificate(t *testing.T) {
	b, _ := start(t)
	b.opts.Pins = nil
	b.broken = errors.New("start again without pins")
	_, _, err := b.Flow(t.Context(), "flows.cert", []plan.BrowserStep{{Goto: "/"}}, known())
	var f *result.Failure
	if err == nil || errors.As(err, &f) || !strings.Contains(err.Error(), "ERR_CERT_AUTHORITY_INVALID") {
		t.Errorf("expected an error about the certificate that is not the recipe's, got %v", err)
	}
}

// A page of the run tries to get out. Each attempt must end without an answer.
func TestHostilePage(t *testing.T) {
	b, _ := start(t)
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		t.Errorf("%s got out of the sandbox", r.URL)
	}))
	defer echo.Close()
	port := echo.URL[strings.LastIndex(echo.URL, ":"):]
	for _, url := range []string{
		echo.URL + "/loopback", "http://localhost" + port, "http://[::1]" + port, "http://172.17.0.1" + port, "http://10.0.0.1" + port,
		"http://192.0.2.1" + port, "http://169.254.169.254/", "https://" + other + "/", "https://192.0.2.1/", "http://" + host + "/",
	} {
		t.Run(url, func(t *testing.T) {
			js := fmt.Sprintf("fetch(%q, {mode: 'no-cors', signal: AbortSignal.timeout(2000)}).then(() => 'out', () => 'held')", url)
			_, _, err := b.Flow(t.Context(), "flows.hostile", []plan.BrowserStep{{Goto: "/away"}, {Eval: &plan.Eval{JS: js, Equals: "held"}}}, known())
			if err != nil {
				t.Error(err)
			}
		})
	}
	for _, url := range []string{"file:///run/docker.sock", "file:///etc/shadow", "file:///root/", "file:///proc/1/environ", "http://127.0.0.1" + port + "/goto"} {
		t.Run("goto "+url, func(t *testing.T) {
			_, _, err := b.Flow(t.Context(), "flows.hostile", []plan.BrowserStep{{Goto: url}}, known())
			if _, ok := errors.AsType[*result.Failure](err); !ok {
				t.Errorf("expected a failure, got %v", err)
			}
		})
	}
}

func TestDoctor(t *testing.T) {
	line, err := Doctor(t.Context(), paths(t))
	if err != nil || !strings.Contains(line, "Chromium") {
		t.Errorf("expected a healthy browser, got %q, %v", line, err)
	}
	t.Log(line)
	_, err = Doctor(t.Context(), site.Browser{Driver: t.TempDir()})
	if !errors.Is(err, ErrUnavailable) {
		t.Errorf("expected the missing driver by name, got %v", err)
	}
}
