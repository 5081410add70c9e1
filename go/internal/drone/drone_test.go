package drone

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"coopcloud.tech/cc-ci/internal/trigger"
)

func serve(t *testing.T, do http.HandlerFunc) (*Client, func() []string) {
	t.Helper()
	var mu sync.Mutex // the answer that a client waits for may never have come
	var asked []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.Method+" "+r.URL.RequestURI())
		mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer s3cret" || strings.Contains(r.URL.RequestURI(), "s3cret") {
			t.Errorf("%s: the token belongs into the header: %v", r.URL, r.Header)
		}
		do(w, r)
	}))
	t.Cleanup(s.Close)
	c := New(s.URL, "org/cc-ci", "s3cret")
	t.Cleanup(c.Close)
	return c, func() []string { mu.Lock(); defer mu.Unlock(); return asked }
}

var params = trigger.Params{Recipe: "hedgedoc", Ref: strings.Repeat("a", 40), PR: 7, Source: "mallory/hedgedoc", Comment: "42"}

func TestCreate(t *testing.T) {
	c, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"number":3,"status":"pending","after":"9f","created":1700000000,"params":{"CCCI_COMMENT":"42"}}`)
	})
	b, err := c.Create(context.Background(), params)
	if err != nil || b.Number != 3 || !b.Pending() || !b.Of("42") || !b.Started.IsZero() || b.Created.IsZero() {
		t.Errorf("found %+v, %v", b, err)
	}
	want := "POST /api/repos/org/cc-ci/builds?CCCI_COMMENT=42&CCCI_PR=7&CCCI_RECIPE=hedgedoc&CCCI_REF=" + params.Ref + "&CCCI_SRC=mallory%2Fhedgedoc"
	if len(asked()) != 1 || asked()[0] != want {
		t.Errorf("expected %s, asked %v", want, asked())
	}
}

// TestCreateOnce: whatever goes wrong, a build is asked for once: only the list tells whether it was made.
func TestCreateOnce(t *testing.T) {
	for name, do := range map[string]http.HandlerFunc{
		"lost":        func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"bad gateway": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) },
		"redirect":    func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Location", "/x"); w.WriteHeader(307) },
	} {
		t.Run(name, func(t *testing.T) {
			c, asked := serve(t, do)
			if _, err := c.Create(context.Background(), params); err == nil || len(asked()) != 1 {
				t.Errorf("found %v, asked %v", err, asked())
			}
		})
	}
	t.Run("bad parameters", func(t *testing.T) {
		c, asked := serve(t, func(http.ResponseWriter, *http.Request) {})
		bad := params
		bad.Recipe = "x&branch=evil"
		if _, err := c.Create(context.Background(), bad); err == nil || len(asked()) != 0 {
			t.Errorf("found %v, asked %v", err, asked())
		}
	})
}

func TestGuarded(t *testing.T) {
	for answer, want := range map[string]string{
		`{"ignore_pull_requests":true}`:                      "",
		`{"ignore_pull_requests":false}`:                     "expected pull requests to be ignored",
		`{"ignore_pull_requests":false,"ignore_forks":true}`: "expected pull requests to be ignored",
		`{}`: "expected pull requests to be ignored",
		`no`: "settings of org/cc-ci",
	} {
		c, asked := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) })
		err := c.Guarded(context.Background())
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) || asked()[0] != "GET /api/repos/org/cc-ci" {
			t.Errorf("%s: expected %q, found %v, asked %v", answer, want, err, asked())
		}
	}
}

func TestErrors(t *testing.T) {
	for status, want := range map[int]error{404: trigger.ErrGone, 401: trigger.ErrForbidden, 403: trigger.ErrForbidden} {
		c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		if _, err := c.Builds(context.Background(), 1); !errors.Is(err, want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("status %d: expected %v, found %v", status, want, err)
		}
	}
}
