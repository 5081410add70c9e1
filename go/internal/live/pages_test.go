//go:build live

package live

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/browser"
	"coopcloud.tech/cc-ci/internal/dashboard/stock"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/sandbox"
)

// shown is the dashboard as people come to it: `cc-ci dashboard serve` behind TLS.
type shown struct {
	plain   string // address without TLS
	address string // host:port behind which TLS ends, for the domain's own name
}

// show serves a results store for the test's life, with one recipe that never ran.
func (m *machine) show(t *testing.T, store string) shown {
	t.Helper()
	recipes := t.TempDir()
	for _, name := range []string{"demo", "never-run"} {
		if err := os.Mkdir(filepath.Join(recipes, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	drone := httptest.NewServer(stock.Drone("org/cc-ci"))
	t.Cleanup(drone.Close)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, ccci, "dashboard", "serve", "--store", store, "--out", t.TempDir(), "--recipes", recipes,
		"--listen", "127.0.0.1:0", "--url", "https://"+m.Domain,
		"--drone", drone.URL, "--drone-pages", "https://drone."+m.Domain, "--project", "org/cc-ci")
	log := &watched{}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // its status is that of an interrupted program
	})
	listening := regexp.MustCompile(`"serving","address":"([^"]+)"`)
	for deadline := time.Now().Add(time.Minute); !strings.Contains(log.String(), `"new site"`); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the dashboard was never built:\n%s", log)
		}
	}
	plain := "http://" + listening.FindStringSubmatch(log.String())[1]
	return shown{plain, m.behindTLS(t, plain)}
}

// behindTLS ends TLS for an address with the machine's certificate, as the router does.
func (m *machine) behindTLS(t *testing.T, plain string) string {
	t.Helper()
	to, err := url.Parse(plain)
	if err != nil {
		t.Fatal(err)
	}
	certs := filepath.Dir(m.CA)
	cert, err := tls.LoadX509KeyPair(filepath.Join(certs, "cert.pem"), filepath.Join(certs, "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(to))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// crawl gets every page and file that the dashboard links from its front page.
func (s shown) crawl(t *testing.T) map[string]string {
	t.Helper()
	href := regexp.MustCompile(`(?:href|src)="([^"#]+)`)
	pages, todo := map[string]string{}, []string{s.plain + "/", s.plain + "/overview.json"}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		if _, done := pages[at]; done {
			continue
		}
		resp, err := http.Get(at)
		if err != nil {
			t.Fatal(err)
		}
		var body bytes.Buffer
		_, err = body.ReadFrom(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: expected 200, found %d, %v", at, resp.StatusCode, err)
		}
		pages[at] = body.String()
		if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") || strings.HasSuffix(at, "report.html") {
			continue
		}
		from := resp.Request.URL
		for _, link := range href.FindAllStringSubmatch(body.String(), -1) {
			to, err := from.Parse(link[1])
			switch {
			case err == nil && to.Host == from.Host:
				todo = append(todo, to.String())
			case err != nil || !strings.HasPrefix(to.Host, "drone."):
				t.Errorf("%s: expected a link within the site or to Drone, found %q, %v", at, link[1], err)
			}
		}
	}
	return pages
}

// lookedAt opens pages as people do and fails on what would annoy them: see look.
func (m *machine) lookedAt(t *testing.T, s shown, paths []string) {
	t.Helper()
	pins, err := browser.Pins(t.Context(), m.CA, s.address, m.Domain)
	if err != nil {
		t.Fatal(err)
	}
	box, err := browser.NewSandbox(t.Context(), m.Browser, sandbox.Options{
		Run: fmt.Sprintf("pages-%d", os.Getpid()), Dir: t.TempDir(), Router: s.address, Hosts: []string{m.Domain},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	b, err := browser.Start(t.Context(), browser.Options{Paths: m.Browser, Sandbox: box, Pins: pins, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	l := &looker{b: b, origin: "https://" + m.Domain, pictures: os.Getenv("CC_CI_PICTURES")}
	for _, look := range looks {
		t.Run(look.name, func(t *testing.T) { l.look(t, look, paths) })
	}
}

// publishes gives the machine a results store of its own.
func (m *machine) publishes(t *testing.T) {
	t.Helper()
	m.Results.Dir = t.TempDir()
	if err := os.Chmod(m.Results.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

// publish brings the machine's newest run into its store.
func (m *machine) publish(t *testing.T) {
	t.Helper()
	m.run("publish", m.newest().ID).want(t, 0)
}

// pages looks at the dashboard as it shows a green run, a red one of the same recipe, and other
// recipes with a past: every page, in every look, and every link of them.
func (m *machine) pages(t *testing.T, green result.Result) {
	m.publish(t)
	failing := edited(t, demo, func(p *plan.Plan) {
		p.Flows = []plan.Flow{{Name: "broken", Steps: []plan.BrowserStep{
			{Goto: "/"}, {ExpectText: &plan.ExpectText{Text: "never there"}, Timeout: plan.Duration(time.Second)},
		}}}
	})
	red := m.run("run", "--plan", failing, "--stage", "install").want(t, 1).result
	m.publish(t)
	s := m.show(t, m.Results.Dir)
	s.crawl(t)
	other := stock.Name(0)
	if err := stock.Fill(m.Results.Dir, stock.Shape{Recipes: 9, Runs: 34, Newest: time.Now().Add(-time.Hour)}); err != nil {
		t.Fatal(err)
	}
	m.lookedAt(t, m.show(t, m.Results.Dir), []string{
		"/", "/recipe/demo/", "/recipe/never-run/", "/recipe/" + other + "/",
		"/recipe/demo/" + green.ID + "/", "/recipe/demo/" + red.ID + "/",
	})
}
