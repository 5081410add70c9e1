package step

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

func method(h *plan.HTTP) string {
	if h.Method == "" {
		return http.MethodGet
	}
	return h.Method
}

// http makes one request, compares the answer, and saves from it.
func (r *runner) http(ctx context.Context, h *plan.HTTP) error {
	req, err := r.request(ctx, h)
	if err != nil {
		return err
	}
	res, err := r.client.Do(req)
	if err != nil {
		return r.unanswered(ctx, "an answer", err)
	}
	defer res.Body.Close()
	a, err := r.read(ctx, res, h.Expect != nil && h.Expect.SHA256 != "")
	if err == nil {
		err = ctx.Err() // a server that sees us hang up may answer just then, and be heard
	}
	if err != nil {
		return err
	}
	a.cookies = append(res.Cookies(), r.client.Jar.Cookies(req.URL)...)
	if err := r.guarded(h.Save, a.extract).expect(h.Expect, a); err != nil {
		return err
	}
	return r.saveAll(h.Save, a.extract)
}

// unanswered is a transport's error as a failure. Its text is taken without the URL, into which a secret may have been expanded.
func (r *runner) unanswered(ctx context.Context, expected string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return &result.Failure{Expected: expected, Seen: r.cut(err.Error())}
}

func (r *runner) request(ctx context.Context, h *plan.HTTP) (*http.Request, error) {
	path, err := r.Vars.Expand(h.Path)
	if err != nil {
		return nil, err
	}
	address, err := r.App.URL(path)
	if err != nil {
		return nil, &result.Failure{Expected: "a path, or a URL on one of the app's hosts", Seen: r.cut(err.Error())}
	}
	body, err := r.body(h)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method(h), address, nil)
	if err != nil {
		return nil, &result.Failure{Expected: "a request that can be made", Seen: r.cut(err.Error())}
	}
	// A kept connection may be closed by the other side just now, and the transport repeats no POST:
	// a green recipe would turn red by chance.
	req.Close = true
	body.into(req)
	req.Header.Set("User-Agent", "cc-ci")
	headers, err := r.Vars.expandAll(h.Headers)
	if err != nil {
		return nil, err
	}
	for name, text := range headers {
		if strings.EqualFold(name, "Host") {
			return nil, fmt.Errorf("%w: header Host: expected another header, the host is that of the URL", ErrPlan)
		}
		req.Header.Set(name, text)
	}
	return req, r.sign(req, h.Auth)
}

// sign adds user and password, where the step has them.
func (r *runner) sign(req *http.Request, a *plan.Auth) error {
	if a == nil {
		return nil
	}
	user, err := r.Vars.Expand(a.User)
	if err != nil {
		return err
	}
	password, err := r.Vars.Expand(a.Password)
	if err != nil {
		return err
	}
	req.SetBasicAuth(user, password)
	return nil
}

// answer is what came back.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	whole   bool   // body is all of it
	sum     string // SHA-256 of all of it, where it was asked for
	cookies []*http.Cookie
}

// read takes the body: all of it through the hash if that is wanted, else as far as it is looked into.
func (r *runner) read(ctx context.Context, res *http.Response, sum bool) (answer, error) {
	a := answer{status: res.StatusCode, header: res.Header}
	body, hash := &bytes.Buffer{}, sha256.New()
	in := io.Reader(res.Body)
	if sum {
		in = io.TeeReader(in, hash)
	}
	_, err := io.CopyN(body, in, MaxBody)
	var rest int64
	if err == nil && sum {
		rest, err = io.Copy(hash, res.Body) // not through io.Discard, whose pieces are of 8 KB: in HTTP/2 each has its answer
	} else if err == nil {
		rest, err = io.CopyN(io.Discard, in, 1)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return a, r.unanswered(ctx, "a whole body", fmt.Errorf("status %d, %d bytes, then: %w", a.status, int64(body.Len())+rest, err))
	}
	a.body, a.whole, a.sum = body.Bytes(), rest == 0, hex.EncodeToString(hash.Sum(nil))
	return a, nil
}
