//go:build forge

package forge

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// proxy lies before a server and does to requests what networks do.
type proxy struct {
	url      string
	requests atomic.Int64
	bytes    atomic.Int64 // of answers' bodies

	mu    sync.Mutex
	under int // requests on their way, also where the asker is gone
	down  bool
	luck  *rand.Rand // nil: nothing goes wrong
}

// newProxy starts one that only counts.
func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{}
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(r *http.Response) error {
			p.bytes.Add(max(r.ContentLength, 0))
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.requests.Add(1)
		body, err := io.ReadAll(r.Body) // now: it is gone once the asker is
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		fate := p.fate(r.Method)
		defer p.done()
		switch fate {
		case refused:
			panic(http.ErrAbortHandler)
		case answerLost:
			forward.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case answerLate:
			rec := httptest.NewRecorder()
			forward.ServeHTTP(rec, r)
			time.Sleep(12 * time.Second) // the bridge gives up after 10
			panic(http.ErrAbortHandler)
		case requestLate:
			time.Sleep(11 * time.Second) // given up by then, and still carried out
			forward.ServeHTTP(httptest.NewRecorder(), r.WithContext(t.Context()))
			panic(http.ErrAbortHandler)
		}
		forward.ServeHTTP(w, r)
	}))
	s.Config.ErrorLog = nil
	t.Cleanup(s.Close)
	p.url = s.URL
	return p
}

// What can become of a request.
const (
	passed = iota
	refused
	answerLost
	answerLate
	requestLate
)

// fate decides. Late ones are rare: each takes ten seconds.
func (p *proxy) fate(method string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.under++
	switch {
	case p.down:
		return refused
	case p.luck == nil:
		return passed
	}
	switch n := p.luck.IntN(100); {
	case n < 4:
		return refused
	case n < 9 && method != http.MethodGet:
		return answerLost
	case n < 11 && method != http.MethodGet:
		return answerLate
	case n < 13 && method != http.MethodGet:
		return requestLate
	}
	return passed
}

func (p *proxy) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.under--
}

// cut takes the server away from the bridge: when it returns, no request that came through before is still to be carried out.
func (p *proxy) cut(t *testing.T) {
	t.Helper()
	p.set(true, nil)
	p.idle(t)
}

// idle waits until every request, the late ones too, was carried out.
func (p *proxy) idle(t *testing.T) {
	t.Helper()
	await(t, "end of the requests to "+p.url, patience, func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.under > 0 {
			return fmt.Errorf("%d are on their way", p.under)
		}
		return nil
	})
}

func (p *proxy) set(down bool, luck *rand.Rand) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down, p.luck = down, luck
}
