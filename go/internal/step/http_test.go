package step_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

func TestRequests(t *testing.T) {
	app := serve(t, echo)
	for _, c := range []struct {
		name string
		http plan.HTTP
		want string
	}{
		{"get", plan.HTTP{Path: "/a?b=${domain}"}, "GET /a?b=app.example.org||"},
		{"whole URL", plan.HTTP{Path: app.Server.URL + "/x"}, "GET /x||"},
		{"body", plan.HTTP{Method: "PUT", Path: "/", Body: "to ${domain}", Headers: map[string]string{"Content-Type": "text/${domain}"}}, "PUT /|text/app.example.org|to app.example.org"},
		{"literal brace", plan.HTTP{Method: "POST", Path: "/", Body: "$${domain}"}, "POST /||${domain}"},
		{"secret", plan.HTTP{Method: "POST", Path: "/", Body: "${secret:db}"}, "POST /||S3CRETVALUE"},
		{"form", plan.HTTP{Method: "POST", Path: "/", Form: map[string]string{"a": "1 &", "b": "${domain}"}}, "POST /|application/x-www-form-urlencoded|a=1+%26&b=app.example.org"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.http.Expect = &plan.HTTPExpect{Equals: new(strings.ReplaceAll(c.want, "${", "$${"))}
			if _, err := run(t, deps(app), httpStep(c.http)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestUploads(t *testing.T) {
	app := serve(t, func(w http.ResponseWriter, req *http.Request) {
		if req.ContentLength <= 0 {
			t.Errorf("no content length: %d", req.ContentLength)
		}
		hash := sha256.New()
		parts, err := req.MultipartReader()
		if err != nil {
			t.Error(err)
			return
		}
		for p, err := parts.NextPart(); err == nil; p, err = parts.NextPart() {
			fmt.Fprintf(w, "%s=%s:", p.FormName(), p.FileName())
			if p.FileName() == "" {
				io.Copy(w, p)
			} else {
				n, _ := io.Copy(hash, p)
				fmt.Fprintf(w, "%d:%x", n, hash.Sum(nil))
			}
			fmt.Fprint(w, ";")
		}
	})
	const size = 32 << 20
	hash := sha256.New()
	if n, err := io.Copy(hash, step.Generated(size)); n != size || err != nil {
		t.Fatal(n, err)
	}
	for _, c := range []struct {
		name   string
		upload plan.Upload
		want   string
	}{
		{"content", plan.Upload{Field: "file", Name: "${domain}.txt", Content: "of ${domain}"}, fmt.Sprintf("file=app.example.org.txt:18:%x", sha256.Sum256([]byte("of app.example.org")))},
		{"generated", plan.Upload{Field: "file", Name: "big", Size: size}, fmt.Sprintf("file=big:%d:%x", size, hash.Sum(nil))},
		{"empty", plan.Upload{Field: "file", Name: "none"}, fmt.Sprintf("file=none:0:%x", sha256.Sum256(nil))},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := run(t, deps(app), httpStep(plan.HTTP{Method: "POST", Path: "/", Upload: &c.upload, Form: map[string]string{"note": "${domain}"},
				Expect: &plan.HTTPExpect{Equals: new("note=:app.example.org;" + c.want + ";")}}))
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestGeneratedIsStable pins the stream: a recipe's verify step may hold its hash.
func TestGeneratedIsStable(t *testing.T) {
	hash := sha256.New()
	if _, err := io.Copy(hash, step.Generated(1000)); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x", hash.Sum(nil)); got != "9504d570269d781c9dbb21f1326e04775451d8fb517d8fe398b41a5ac10530bd" {
		t.Errorf("got %s", got)
	}
}

func TestCookiesLastForOneList(t *testing.T) {
	app := serve(t, func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/login" {
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "abc", Secure: true})
		}
		fmt.Fprint(w, req.Header.Get("Cookie"))
	})
	d := deps(app)
	_, err := run(t, d,
		httpStep(plan.HTTP{Path: "/login", Save: map[string]string{"first": "cookie:session"}}),
		httpStep(plan.HTTP{Path: "/", Expect: &plan.HTTPExpect{Equals: new("session=abc")}, Save: map[string]string{"later": "cookie:session"}}),
		httpStep(plan.HTTP{Path: "/?${first}${later}"}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, d, httpStep(plan.HTTP{Path: "/", Expect: &plan.HTTPExpect{Equals: new("")}})); err != nil {
		t.Errorf("a second list starts without cookies: %v", err)
	}
}

func TestTransportErrors(t *testing.T) {
	closed := serve(t, echo)
	closed.Server.Close()
	distrusted := serve(t, echo)
	distrusted.Server.Config.ErrorLog = log.New(io.Discard, "", 0) // it would tell of the handshake
	distrusted.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs = nil
	cut := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "only this")
	})
	for _, c := range []struct {
		name           string
		app            testApp
		path           string
		expected, seen string
	}{
		{"nobody listens", closed, "/?${secret:db}", "an answer", "connection refused"},
		{"certificate of nobody", distrusted, "/", "an answer", "certificate"},
		{"body ends too early", cut, "/", "a whole body", "status 200, 9 bytes, then: unexpected EOF"},
		{"another host", closed, "https://elsewhere.example.org/", "a path, or a URL on one of the app's hosts", "not on a host of the app"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := deps(c.app)
			d.Mask = nil // what is expanded into the URL must not come out by itself
			_, err := run(t, d, httpStep(plan.HTTP{Path: c.path}))
			var f *result.Failure
			if !errors.As(err, &f) || f.Expected != c.expected || !strings.Contains(f.Seen, c.seen) {
				t.Fatalf("got %v", err)
			}
			if strings.Contains(err.Error(), "S3CRETVALUE") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestTimeLimitIsTheRecipesFault(t *testing.T) {
	leave := make(chan struct{})
	app := serve(t, func(_ http.ResponseWriter, req *http.Request) {
		select {
		case <-req.Context().Done():
		case <-leave:
		}
	})
	defer close(leave)
	s := httpStep(plan.HTTP{Path: "/"})
	s.Timeout = plan.Duration(20 * time.Millisecond)
	steps, err := run(t, deps(app), s, s)
	var f *result.Failure
	if !errors.As(err, &f) || f.Expected != "an end within 20ms" || steps[0].Outcome != result.Fail {
		t.Errorf("got %v, %+v", err, steps)
	}
	if len(steps) != 2 || steps[1].Outcome != result.NotRun || steps[1].What != "GET /" {
		t.Errorf("what came after: %+v", steps[1:])
	}
}

// lateAnswer gives an answer once the request's time is over.
type lateAnswer struct{}

func (lateAnswer) RoundTrip(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return &http.Response{StatusCode: 200, Body: http.NoBody, Request: req}, nil
}

// A server that sees the client hang up may answer just then, and be heard.
func TestAnswerToAHangUpIsNone(t *testing.T) {
	app := serve(t, echo)
	app.Client().Transport = lateAnswer{}
	s := httpStep(plan.HTTP{Path: "/"})
	s.Timeout = plan.Duration(20 * time.Millisecond)
	steps, err := run(t, deps(app), s)
	var f *result.Failure
	if !errors.As(err, &f) || f.Expected != "an end within 20ms" || steps[0].Outcome != result.Fail {
		t.Errorf("got %v, %+v", err, steps)
	}
}

func TestCancelIsNobodysFault(t *testing.T) {
	cancelled, cancel := context.WithCancel(context.Background())
	defer cancel()
	late, stop := context.WithTimeout(context.Background(), 20*time.Millisecond) // the stage's time is up
	defer stop()
	app := serve(t, func(_ http.ResponseWriter, req *http.Request) {
		cancel()
		<-req.Context().Done()
	})
	for want, ctx := range map[error]context.Context{context.DeadlineExceeded: late, context.Canceled: cancelled} {
		steps, _, err := step.Run(ctx, []plan.Step{httpStep(plan.HTTP{Path: "/"})}, "state.write", deps(app))
		var f *result.Failure
		if !errors.Is(err, want) || errors.As(err, &f) || steps[0].Outcome != result.Error {
			t.Errorf("%v: got %v, %+v", want, err, steps)
		}
	}
}

// TestStaleConnection: a server that closed an idle connection must not turn an upload red.
func TestStaleConnection(t *testing.T) {
	app := serve(t, echo)
	d := deps(app)
	upload := httpStep(plan.HTTP{Method: "POST", Path: "/", Upload: &plan.Upload{Field: "f", Name: "n", Content: "c"}})
	for range 20 {
		if _, err := run(t, d, upload); err != nil {
			t.Fatal(err)
		}
		app.CloseClientConnections()
	}
}

func TestPlanMistakes(t *testing.T) {
	app := serve(t, echo)
	for name, s := range map[string]plan.Step{
		"unknown name":   httpStep(plan.HTTP{Path: "/${nobody}"}),
		"unknown secret": httpStep(plan.HTTP{Path: "/", Body: "${secret:nobody}"}),
		"in a header":    httpStep(plan.HTTP{Path: "/", Headers: map[string]string{"A": "${nobody}"}}),
		"in a form":      httpStep(plan.HTTP{Path: "/", Form: map[string]string{"A": "${nobody}"}}),
		"in an upload":   httpStep(plan.HTTP{Path: "/", Upload: &plan.Upload{Content: "${nobody}"}}),
		"in a status":    httpStep(plan.HTTP{Path: "/", Expect: &plan.HTTPExpect{Header: map[string]string{"A": "${nobody}"}}}),
		"in json":        httpStep(plan.HTTP{Path: "/", Expect: &plan.HTTPExpect{JSON: map[string]string{"A": "${nobody}"}}}),
		"in a body":      httpStep(plan.HTTP{Path: "/", Expect: &plan.HTTPExpect{Absent: "${nobody}"}}),
		"in a sum":       httpStep(plan.HTTP{Path: "/", Expect: &plan.HTTPExpect{SHA256: "${nobody}"}}),
		"host header":    httpStep(plan.HTTP{Path: "/", Headers: map[string]string{"host": "other"}}),
		"bad regex":      httpStep(plan.HTTP{Path: "/", Save: map[string]string{"a": "regex:("}}),
		"bad source":     httpStep(plan.HTTP{Path: "/", Save: map[string]string{"a": "stdout"}}),
		"no verb":        {},
		"save":           {Save: &plan.Save{As: "a", Value: "${nobody}"}},
	} {
		t.Run(name, func(t *testing.T) {
			steps, err := run(t, deps(app), s)
			if !errors.Is(err, step.ErrPlan) || steps[0].Outcome != result.Error || !strings.HasPrefix(err.Error(), "state.verify[0]: ") {
				t.Errorf("got %v", err)
			}
		})
	}
}
