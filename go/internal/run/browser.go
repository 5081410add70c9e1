package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"coopcloud.tech/cc-ci/internal/browser"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/sandbox"
	"coopcloud.tech/cc-ci/internal/stage"
	"coopcloud.tech/cc-ci/internal/step"
)

// starting is a browser in its sandbox that starts while the app starts.
type starting struct {
	done    chan struct{}
	sandbox *sandbox.Sandbox
	browser *browser.Browser
	err     error
	counted int // retries that a stage has shown
}

// startBrowser begins to start the browser in the background. Its error is told
// to the first stage that wants it.
func (s *session) startBrowser(ctx context.Context) {
	b := &starting{done: make(chan struct{})}
	s.browser = b
	go func() {
		defer close(b.done)
		b.sandbox, b.browser, b.err = s.launch(ctx)
	}()
}

func (s *session) launch(ctx context.Context) (*sandbox.Sandbox, *browser.Browser, error) {
	site := s.cfg.Site
	var pins []string
	own := s.cfg.Plan.TLS == "app"
	if !own {
		var err error
		if pins, err = browser.Pins(ctx, site.CA, site.Router.Address, s.app.Names.Domain); err != nil {
			return nil, nil, err
		}
	}
	dir := filepath.Join(s.dir, "sandbox")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, nil, err
	}
	box, err := browser.NewSandbox(ctx, site.Browser, sandbox.Options{
		Run: s.res.ID, Dir: dir, Router: site.Router.Address, Hosts: s.app.Reach(),
	})
	if err != nil {
		return nil, nil, err
	}
	point.Sandbox.Reached()
	b, err := browser.Start(ctx, browser.Options{
		Paths: site.Browser, Sandbox: box, Pins: pins, OwnCertificate: own,
		Dir: s.dir, Mask: s.mask, Limit: time.Duration(s.cfg.Plan.Limits.Step),
	})
	point.Browser.Reached()
	return box, b, err
}

// wait gives the browser when it has started.
func (b *starting) wait(ctx context.Context) (stage.Browser, error) {
	select {
	case <-b.done:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if b.err != nil {
		return nil, b.err
	}
	return pages{b.browser}, nil
}

// retries gives the page loads that were repeated since it was asked last: a retry is
// shown, whatever it led to (S6).
func (s *session) retries() int {
	if s.browser == nil {
		return 0
	}
	select {
	case <-s.browser.done:
	default:
		return 0
	}
	if s.browser.browser == nil {
		return 0
	}
	all := s.browser.browser.Retries()
	fresh := all - s.browser.counted
	s.browser.counted = all
	return fresh
}

// pages fits a browser to what steps ask for: package browser declares the variables
// that it needs as an interface, since it lies below package step.
type pages struct{ *browser.Browser }

func (p pages) Flow(ctx context.Context, name string, steps []plan.BrowserStep, vars *step.Vars) ([]result.Step, []result.Evidence, error) {
	return p.Browser.Flow(ctx, name, steps, vars)
}

// closeBrowser ends browser and sandbox, whatever state they are in.
func (s *session) closeBrowser() error {
	b := s.browser
	if b == nil {
		return nil
	}
	<-b.done
	var failed error
	if b.browser != nil {
		s.res.Identity.Browser = b.browser.Version()
		failed = b.browser.Close()
	}
	if b.sandbox != nil {
		s.notice("sandbox: %s", b.sandbox.Isolation())
		failed = errors.Join(failed, b.sandbox.Close())
	}
	return failed
}
