package bridge

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const hookSecret = "the webhook's secret"

const delivery = `{"action":"created","is_pull":true,"comment":{"id":1,"body":"!testme"}}`

func sign(body string) string {
	mac := hmac.New(sha256.New, []byte(hookSecret))
	mac.Write([]byte(body))
	return hex.EncodeToString(mac.Sum(nil))
}

func bare(log io.Writer) *Bridge {
	return &Bridge{wake: make(chan struct{}, 1), now: time.Now, log: slog.New(slog.NewTextHandler(log, nil))}
}

func deliver(h http.Handler, body io.Reader, signature, event string) int {
	r := httptest.NewRequest(http.MethodPost, "/hook", body)
	r.Header.Set("X-Gitea-Signature", signature)
	r.Header.Set("X-Gitea-Event", event)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func TestHook(t *testing.T) {
	for _, tt := range []struct {
		name, body, signature, event, secret string
		status                               int
		wakes                                bool
	}{
		{"a new comment", delivery, sign(delivery), "issue_comment", hookSecret, 204, true},
		{"no signature", delivery, "", "issue_comment", hookSecret, 403, false},
		{"another body's signature", delivery, sign("x"), "issue_comment", hookSecret, 403, false},
		{"half a signature", delivery, sign(delivery)[:32], "issue_comment", hookSecret, 403, false},
		{"a signature with a prefix", delivery, "sha256=" + sign(delivery), "issue_comment", hookSecret, 403, false},
		{"a bridge without a secret", delivery, hex.EncodeToString(hmac.New(sha256.New, nil).Sum(nil)), "issue_comment", "", 403, false},
		{"a push", delivery, sign(delivery), "push", hookSecret, 204, false},
		{"a review", `{"action":"reviewed"}`, sign(`{"action":"reviewed"}`), "pull_request_comment", hookSecret, 204, false},
		{"an edit", `{"action":"edited","is_pull":true}`, sign(`{"action":"edited","is_pull":true}`), "issue_comment", hookSecret, 204, false},
		{"an issue", `{"action":"created"}`, sign(`{"action":"created"}`), "issue_comment", hookSecret, 204, false},
		{"no JSON", "{", sign("{"), "issue_comment", hookSecret, 400, false},
		{"nothing", "", sign(""), "issue_comment", hookSecret, 400, false},
		{"too long", strings.Repeat(" ", hookBody+1), "", "issue_comment", hookSecret, 413, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := bare(io.Discard)
			status := deliver(b.Handler(tt.secret), strings.NewReader(tt.body), tt.signature, tt.event)
			if status != tt.status || len(b.wake) == 1 != tt.wakes {
				t.Errorf("expected %d, woken %v; found %d, %v", tt.status, tt.wakes, status, len(b.wake) == 1)
			}
		})
	}
	t.Run("replayed", func(t *testing.T) {
		b := bare(io.Discard)
		for range 100 {
			deliver(b.Handler(hookSecret), strings.NewReader(delivery), sign(delivery), "issue_comment")
		}
		if len(b.wake) != 1 {
			t.Errorf("expected one look to be due, found %d", len(b.wake))
		}
	})
}

// TestHookUnderFire sends 10,000 random bodies and one of 100 MB over a real connection: all are
// refused, little memory is used, no secret is logged.
func TestHookUnderFire(t *testing.T) {
	var log bytes.Buffer
	b := bare(&log)
	h := b.Handler(hookSecret)
	luck := rand.New(rand.NewPCG(1, 2))
	random := func() string {
		body := make([]byte, luck.IntN(2000))
		for i := range body {
			body[i] = byte(luck.UintN(256))
		}
		return string(body)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 10_000 {
		body := random()
		status := deliver(h, strings.NewReader(body), sign(body), "issue_comment")
		if luck.IntN(2) == 0 {
			status = deliver(h, strings.NewReader(body), random(), "issue_comment")
		}
		if status != 400 && status != 403 {
			t.Fatalf("%q: expected a refusal, found %d", body, status)
		}
	}
	if status := deliver(h, io.LimitReader(zeros{}, 100<<20), sign(""), "issue_comment"); status != 413 {
		t.Errorf("100 MB: expected 413, found %d", status)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("memory grew by %d bytes", grown)
	}
	if len(b.wake) != 0 || strings.Contains(log.String(), hookSecret) {
		t.Errorf("woken %v, log %q", len(b.wake), log.String())
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestSlowSender: who sends a byte now and then is cut off, and others are served meanwhile.
func TestSlowSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := make(pipes)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		b := bare(io.Discard)
		go func() { ended <- b.Serve(ctx, l, hookSecret) }()
		slow := l.dial()
		defer slow.Close()
		began := time.Now()
		fmt.Fprintf(slow, "POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{")
		other := http.Client{Transport: &http.Transport{DisableKeepAlives: true,
			DialContext: func(context.Context, string, string) (net.Conn, error) { return l.dial(), nil }}}
		resp, err := other.Get("http://bridge/healthz")
		if err != nil || resp.StatusCode != 200 {
			t.Fatalf("beside a slow sender: %v %v", resp, err)
		}
		resp.Body.Close()
		slow.SetReadDeadline(began.Add(2 * hookTime)) //nolint:errcheck // then the read fails
		answer, err := io.ReadAll(slow)
		if err != nil || len(answer) > 0 && !bytes.Contains(answer, []byte(" 400 ")) || time.Since(began) != hookTime {
			t.Errorf("a slow sender: expected to be cut off after %s, found %q, %v after %s", hookTime, answer, err, time.Since(began))
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// pipes is a listener without a network, for the clock of a bubble.
type pipes chan net.Conn

func (l pipes) dial() net.Conn { ours, theirs := net.Pipe(); l <- theirs; return ours }
func (l pipes) Accept() (net.Conn, error) {
	if c, ok := <-l; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (l pipes) Close() error   { close(l); return nil }
func (l pipes) Addr() net.Addr { return &net.UnixAddr{Name: "bridge"} }

func FuzzHook(f *testing.F) {
	f.Add(delivery, true)
	f.Add("{", true)
	f.Add("", false)
	f.Fuzz(func(t *testing.T, body string, signed bool) {
		b := bare(io.Discard)
		signature := body
		if signed {
			signature = sign(body)
		}
		status := deliver(b.Handler(hookSecret), strings.NewReader(body), signature, "issue_comment")
		if woken := len(b.wake) == 1; woken && (!signed || status != 204) {
			t.Errorf("%q, signed %v: status %d, woken", body, signed, status)
		}
	})
}
