package step_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

// testApp is an app behind a real TLS server; its containers are a function.
type testApp struct {
	*httptest.Server
	files map[string]string // "service:path" -> content
	exec  func(ctx context.Context, service string, cmd step.ExecRequest) (step.ExecResult, error)
}

var _ step.App = testApp{}

func serve(t *testing.T, handler http.HandlerFunc) testApp {
	t.Helper()
	s := httptest.NewTLSServer(handler)
	t.Cleanup(s.Close)
	return testApp{Server: s, files: map[string]string{}}
}

func (a testApp) URL(path string) (string, error) {
	base, _ := url.Parse(a.Server.URL)
	u, err := base.Parse(path)
	if err != nil || u.Host != base.Host || u.Scheme != "https" {
		return "", fmt.Errorf("%s is not on a host of the app", path)
	}
	return u.String(), nil
}

func (a testApp) Exec(ctx context.Context, service string, cmd step.ExecRequest) (step.ExecResult, error) {
	return a.exec(ctx, service, cmd)
}

func (a testApp) WriteFile(_ context.Context, service, file string, content []byte) error {
	a.files[service+":"+file] = string(content)
	return nil
}

func (a testApp) ReadFile(_ context.Context, service, file string) ([]byte, bool, error) {
	text, found := a.files[service+":"+file]
	return []byte(text), found, nil
}

func (a testApp) Secret(name string) (string, bool) {
	return "S3CRETVALUE", name == "db"
}

// deps gives what Run needs. Secrets are masked as in a run, so that tests see what people would.
func deps(a testApp) step.Deps {
	return step.Deps{
		App:   a,
		Vars:  step.NewVars(map[string]step.Value{"domain": {Text: "app.example.org"}}, a.Secret),
		Mask:  strings.NewReplacer("S3CRETVALUE", "[secret db]").Replace,
		Limit: 10 * time.Second,
	}
}

func run(t *testing.T, d step.Deps, list ...plan.Step) ([]result.Step, error) {
	t.Helper()
	steps, _, err := step.Run(context.Background(), list, "state.verify", d)
	return steps, err
}

// answer gives a handler that always answers the same.
func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Add(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// echo answers with what came: method, path, chosen headers, body.
func echo(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	fmt.Fprintf(w, "%s %s|%s|%s", req.Method, req.URL, req.Header.Get("Content-Type"), body)
}

func httpStep(h plan.HTTP) plan.Step { return plan.Step{HTTP: &h} }
func execStep(e plan.Exec) plan.Step { return plan.Step{Exec: &e} }
