package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/site"
)

// frame is how large a piece of an answer may come in HTTP/2: routers pass bodies on in 32 KB, which the usual 16 KB
// would make them cut in two (docs/benchmarks.md, the whole run of MinIO).
const frame = 64 << 10

// HTTPClient reaches app hosts as the site says: dialled at the router's address,
// verified with the site's CA. It follows no redirect and keeps no cookies.
func HTTPClient(s site.Site) (*http.Client, error) {
	roots, err := site.Roots(s.CA)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	transport := &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second,
		ForceAttemptHTTP2:   true,
		HTTP2:               &http.HTTP2Config{MaxReadFrameSize: frame},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if s.Router.Address != "" {
				addr = s.Router.Address
			}
			return dialer.DialContext(ctx, network, addr)
		},
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// Hosts are the run's hosts: the domain and what the plan adds.
func (a *App) Hosts() []string {
	hosts := []string{a.Names.Domain}
	for _, h := range a.Plan.Hosts {
		hosts = append(hosts, a.host(h))
	}
	return hosts
}

// Reach are all hosts that the app's pages and steps may ask: its own, and those of the
// run's other apps.
func (a *App) Reach() []string { return append(a.Hosts(), a.Beside...) }

// Client gives HTTP: steps of the plan come this way too.
func (a *App) Client() *http.Client { return a.HTTP }

// URL makes a path into a URL on the app's own host. A whole URL is taken when it is
// https and its host is one of Reach.
func (a *App) URL(path string) (string, error) {
	if strings.HasPrefix(path, "/") {
		return "https://" + a.Names.Domain + path, nil
	}
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "https" || !slices.Contains(a.Reach(), u.Host) {
		return "", fmt.Errorf("expected a path or an https URL on %s, found %q", strings.Join(a.Reach(), ", "), path)
	}
	return path, nil
}

// Ready waits until the app answers ready.path, and then each of ready.also, with one
// of ready.status.
func (a *App) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Duration(a.Plan.Ready.Timeout), errLimit)
	defer cancel()
	for _, place := range append([]string{a.Plan.Ready.Path}, a.Plan.Ready.Also...) {
		if err := a.answers(ctx, a.host(place)); err != nil {
			return err
		}
	}
	return nil
}

// untrustedFor is how long a certificate that is not the site's may be seen: a router that has just begun shows its own.
const untrustedFor = 2 * time.Second

// pause is how long to wait before asking again: a tenth of what was waited so far, so that an answer is seen late by
// little, from 50 ms to 1 s.
func pause(waited time.Duration) time.Duration {
	return min(max(waited/10, 50*time.Millisecond), time.Second)
}

// answers waits for one path or URL.
func (a *App) answers(ctx context.Context, place string) error {
	a.Tell("waiting for GET " + place)
	target, err := a.URL(place)
	if err != nil {
		return err
	}
	var seen string
	for began := time.Now(); ; {
		status, err := probe(ctx, a.HTTP, target)
		if err == nil && slices.Contains(a.Plan.Ready.Status, status) {
			return nil
		}
		if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok && ctx.Err() == nil && time.Since(began) > untrustedFor {
			return fmt.Errorf("GET %s: the router's certificate (an app that ends TLS itself needs `tls = \"app\"` in its test): %w", place, err)
		}
		if ctx.Err() == nil || seen == "" {
			seen = answer(status, err)
		}
		select {
		case <-ctx.Done():
			return stopped(ctx, result.Fault(fmt.Errorf("ready: GET %s: expected status %v within %s, got %s",
				place, a.Plan.Ready.Status, time.Duration(a.Plan.Ready.Timeout), seen)))
		case <-time.After(pause(time.Since(began))):
		}
	}
}

func probe(ctx context.Context, client *http.Client, target string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, nil
}

func answer(status int, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("status %d", status)
}
