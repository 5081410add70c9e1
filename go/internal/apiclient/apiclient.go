// Package apiclient makes the HTTP clients that talk to the forge and to Drone.
//
// Contract: a token goes into a header, never into an address, and so into no log and no
// error; redirects are not followed, because a redirect on the membership call means
// "cannot tell" and one elsewhere would carry the token away; every attempt has a time
// limit and every answer a size limit; requests are repeated only where a repeat does no
// harm, which is for GET, and nothing here logs.
package apiclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	attempt  = 10 * time.Second // for one try of a request, its answer read
	maxBody  = 16 << 20         // of an answer, its long strings shortened; 50 pull requests with long descriptions are 4 MB
	maxSent  = 256 << 20        // of an answer as it was sent
	repeats  = 2                // after the first try of a GET
	maxToken = 4096
)

// Pauses before the repeats of a GET; variables for tests.
var (
	WaitMin = 200 * time.Millisecond
	WaitMax = 2 * time.Second
)

// ErrTooLong means that an answer was cut at the size limit.
var ErrTooLong = errors.New("answer is too long")

// Transport puts scheme and token ("Bearer x") into every request's Authorization header and keeps
// the package's contract.
type Transport struct {
	authorization string
	base          http.RoundTripper // one try
	repeating     http.RoundTripper // a few tries
}

// New makes a Transport.
func New(scheme, token string) *Transport {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.ResponseHeaderTimeout = attempt
	base.MaxIdleConnsPerHost = 4
	c := retryablehttp.NewClient()
	c.HTTPClient = &http.Client{Transport: base, CheckRedirect: Stay, Timeout: attempt}
	c.RetryMax, c.RetryWaitMin, c.RetryWaitMax = repeats, WaitMin, WaitMax
	c.Logger = nil
	c.ErrorHandler = retryablehttp.PassthroughErrorHandler
	return &Transport{authorization: scheme + " " + token, base: base, repeating: &retryablehttp.RoundTripper{Client: c}}
}

// Stay is a http.Client's CheckRedirect that follows nothing.
func Stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Client gives a client whose requests end with ctx. status, where not nil, gets each answer's
// status, 0 for none: the libraries above give it in words alone.
func (t *Transport) Client(ctx context.Context, status *int) *http.Client {
	return &http.Client{Transport: bound{ctx, t, status}, CheckRedirect: Stay, Timeout: (repeats + 1) * (attempt + WaitMax)}
}

// Close ends idle connections.
func (t *Transport) Close() {
	t.base.(*http.Transport).CloseIdleConnections()
}

type bound struct {
	ctx    context.Context
	t      *Transport
	status *int
}

func (b bound) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(b.ctx)
	stop := context.AfterFunc(req.Context(), cancel) // the client's own time limit
	req = req.Clone(ctx)
	req.Header.Set("Authorization", b.t.authorization)
	trip := b.t.base
	if req.Method == http.MethodGet {
		trip = b.t.repeating
	}
	resp, err := trip.RoundTrip(req)
	if b.status != nil {
		*b.status = 0
		if err == nil {
			*b.status = resp.StatusCode
		}
	}
	if err != nil {
		stop()
		cancel()
		return nil, err
	}
	sent := &limited{resp.Body, maxSent, func() { stop(); cancel() }}
	resp.Body = &limited{body{&shorten{Reader: sent}, sent}, maxBody, func() {}}
	return resp, nil
}

// body is what is read of an answer, and what is closed.
type body struct {
	io.Reader
	io.Closer
}

// limited is a body that ends with an error where it is longer than left.
type limited struct {
	io.ReadCloser
	left int64
	done func()
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, ErrTooLong
	}
	n, err := l.ReadCloser.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

func (l *limited) Close() error {
	defer l.done()
	return l.ReadCloser.Close()
}

// ReadSecret reads a token or key from a file that others can't read. Surrounding white
// space is dropped. Its errors name the file, never what is in it.
func ReadSecret(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o007 != 0 {
		return "", fmt.Errorf("%s: expected a file that others can't read, found mode %04o; chmod o= %[1]s", path, info.Mode().Perm())
	}
	if info.Size() > maxToken {
		return "", fmt.Errorf("%s: expected a secret of at most %d bytes, found %d", path, maxToken, info.Size())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	s := strings.TrimSpace(string(b))
	if s == "" || strings.ContainsAny(s, "\r\n") {
		return "", fmt.Errorf("%s: expected one line with a secret, found %d characters", path, len(s))
	}
	return s, nil
}
