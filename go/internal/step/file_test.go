package step_test

import (
	"net/http"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
)

func TestFiles(t *testing.T) {
	file := func(f plan.File) plan.Step { f.Service, f.Path = "app", "/data/"+f.Path; return plan.Step{File: &f} }
	for _, tt := range []struct {
		name string
		step plan.Step
		want string // of the error; "" for none
	}{
		{"as it was written", file(plan.File{Path: "kept", Expect: new("kept at app.example.org")}), ""},
		{"a template", file(plan.File{Path: "kept", Expect: new("kept at ${domain}")}), ""},
		{"another content", file(plan.File{Path: "kept", Expect: new("lost")}), `app: /data/kept: expected the content "lost", got "kept at app.example.org"`},
		{"no such file", file(plan.File{Path: "gone", Expect: new("kept")}), "expected a file, got none"},
		{"absent as it should be", file(plan.File{Path: "gone", Absent: true}), ""},
		{"there against expectation", file(plan.File{Path: "kept", Absent: true}), "expected no such file, got one of 23 bytes"},
		{"a secret is not shown", file(plan.File{Path: "key", Expect: new("other")}), `expected the content "other", got "[secret db]"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := deps(serve(t, answer(200, "")))
			_, err := run(t, d, file(plan.File{Path: "kept", Write: new("kept at ${domain}")}), file(plan.File{Path: "key", Write: new("${secret:db}")}), tt.step)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("want %q, got %v", tt.want, err)
			}
		})
	}
}

func TestBasicAuth(t *testing.T) {
	app := serve(t, func(w http.ResponseWriter, req *http.Request) {
		if user, password, ok := req.BasicAuth(); !ok || user != "admin" || password != "S3CRETVALUE" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	signed := plan.HTTP{Path: "/", Auth: &plan.Auth{User: "admin", Password: "${secret:db}"}, Expect: &plan.HTTPExpect{Status: 200}}
	if _, err := run(t, deps(app), httpStep(signed)); err != nil {
		t.Error(err)
	}
	if _, err := run(t, deps(app), httpStep(plan.HTTP{Path: "/", Expect: &plan.HTTPExpect{Status: 401}})); err != nil {
		t.Error(err)
	}
}
