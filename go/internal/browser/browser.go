// Package browser tries an app's pages as a person would: it walks through them in
// Chromium by the steps of a plan, and keeps what a person would want to see when a
// step goes wrong.
//
// Contract. Chromium and the Playwright driver (node) both run inside a sandbox
// (package sandbox); this process talks to the driver over its standard input and
// output. Each flow has a browser context of its own: no cookie and no cache passes
// from one to the next. Every step waits for its element by itself, up to its time
// limit, and a watchdog ends the whole browser when even that limit is not kept; the
// next flow starts a new one. A page that shows something else than expected is a
// *result.Failure, the recipe's fault; every other error is the machine's.
//
// Certificates are checked: what a site's own CA signed is trusted by the hash of
// its key (Pins), never by switching the check off, which would also break service
// workers.
//
// Evidence goes through the masker before it gets its name in the result. What
// can't be masked is a picture: pages that show a secret in plain text are the
// recipe's to avoid.
//
// Limits: one page per flow (a second window is not followed), no video, one flow
// at a time. The driver's version must equal the one that playwright-go was made
// for: with another one, failing steps can hang for ever, so it is refused.
package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/playwright-community/playwright-go"

	"coopcloud.tech/cc-ci/internal/redact"
	"coopcloud.tech/cc-ci/internal/sandbox"
	"coopcloud.tech/cc-ci/internal/site"
)

// The default time limits: of a step that names none, of the page load of a goto,
// of starting Chromium, and what the watchdog adds to a step's own limit.
const (
	usualLimit = 10 * time.Second
	loadLimit  = 30 * time.Second
	startLimit = 90 * time.Second
	grace      = 5 * time.Second
	dying      = 2 * time.Second // what a killed driver is given to be reaped
)

// Options say what a Browser works with.
type Options struct {
	Paths   site.Browser
	Sandbox *sandbox.Sandbox // from NewSandbox; closed by its maker, after the Browser
	Pins    []string         // keys trusted beside the public CAs: see Pins
	Dir     string           // the result's folder; files go to Dir/evidence
	Mask    *redact.Masker   // nil masks nothing
	// OwnCertificate: the app ends TLS itself, and no CA known here signed what it shows, so
	// that no certificate is checked. Service workers don't work then.
	OwnCertificate bool
	Limit          time.Duration // of a step that names none; 10 s where zero
}

// Browser is a Chromium in a sandbox. Its methods are not for use at the same time
// by several goroutines, except Close.
type Browser struct {
	opts   Options
	driver string // playwright-go's driver folder, made by us
	chrome string

	mu      sync.Mutex
	pw      *playwright.Playwright
	chromes playwright.Browser
	log     *head // what the driver said on stderr
	version string
	broken  error

	retries atomic.Int32
	files   atomic.Int32 // numbers the files inside
	kept    atomic.Int64 // bytes of evidence
}

// Start starts Chromium. Start it early: it takes a second or two, while the app
// starts as well. The caller closes it.
func Start(ctx context.Context, o Options) (*Browser, error) {
	p, err := find(o.Paths)
	if err != nil {
		return nil, err
	}
	if o.Mask == nil {
		o.Mask = redact.New()
	}
	if o.Limit == 0 {
		o.Limit = usualLimit
	}
	b := &Browser{opts: o, chrome: inside(p.Chromium, "chromium")}
	if b.driver, err = writeDriver(p, o.Sandbox); err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	if err := b.launch(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("browser: %w", err), b.Close())
	}
	return b, nil
}

// launch starts the driver and Chromium.
func (b *Browser) launch(ctx context.Context) error {
	b.log = &head{}
	// The logger is given because playwright-go would else redirect the standard one.
	run := &playwright.RunOptions{
		DriverDirectory: b.driver, SkipInstallBrowsers: true,
		Stdout: b.log, Stderr: b.log, Logger: slog.New(slog.DiscardHandler),
	}
	err := b.guard(ctx, startLimit, func() error {
		pw, err := playwright.Run(run)
		if err != nil {
			return err
		}
		b.mu.Lock()
		b.pw = pw
		b.mu.Unlock()
		chrome, err := pw.Chromium.Launch(playwright.BrowserTypeLaunchOptions{
			ExecutablePath: playwright.String(b.chrome), Headless: playwright.Bool(true),
			ChromiumSandbox: playwright.Bool(true), Args: b.args(),
			Timeout: milliseconds(startLimit),
		})
		if err != nil {
			return err
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.chromes, b.version, b.broken = chrome, chrome.Version(), nil
		return nil
	})
	if err != nil {
		return fmt.Errorf("start %s: %w%s", b.chrome, err, b.log.suffix())
	}
	return nil
}

// args are Chromium's. Names other than the run's hosts don't resolve; the sandbox
// would not carry them anywhere either.
func (b *Browser) args() []string {
	var rules []string
	for _, h := range b.opts.Sandbox.Hosts() {
		rules = append(rules, "MAP "+h+" "+b.opts.Sandbox.RouterAddr())
	}
	rules = append(rules, "MAP * ~NOTFOUND")
	args := []string{
		"--host-resolver-rules=" + strings.Join(rules, ","),
		"--no-proxy-server", "--disable-quic", "--disable-gpu",
	}
	if len(b.opts.Pins) > 0 {
		args = append(args, "--ignore-certificate-errors-spki-list="+strings.Join(b.opts.Pins, ","))
	}
	return args
}

// Chromium gives the running browser itself, a new one where the last was ended: for who looks at
// pages without a plan's steps, as the tests of cc-ci's own pages do.
func (b *Browser) Chromium(ctx context.Context) (playwright.Browser, error) {
	b.mu.Lock()
	broken := b.broken
	chrome := b.chromes
	b.mu.Unlock()
	if broken == nil && chrome != nil && chrome.IsConnected() {
		return chrome, nil
	}
	b.stop()
	if err := b.launch(ctx); err != nil {
		return nil, fmt.Errorf("browser, again after %v (%s): %w", broken, b.opts.Sandbox.Ended(), err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.chromes, nil
}

// Version names what draws the pages, for the result's identity.
func (b *Browser) Version() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return "Chromium " + b.version
}

// Retries tells how often a page load was repeated because the network changed under it.
func (b *Browser) Retries() int { return int(b.retries.Load()) }

// Close ends Chromium and its driver.
func (b *Browser) Close() error {
	err := b.opts.Sandbox.Kill("the browser was closed")
	b.stop()
	return err
}

func milliseconds(d time.Duration) *float64 {
	return playwright.Float(float64(d.Milliseconds()))
}

// head keeps the first 8 KiB that are written to it: where a start fails, the cause is there.
type head struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (h *head) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.buf.Write(p[:min(len(p), max(0, 8<<10-h.buf.Len()))])
	return len(p), nil
}

func (h *head) suffix() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.buf.Len() == 0 {
		return ""
	}
	return "\n" + strings.TrimSpace(h.buf.String())
}
