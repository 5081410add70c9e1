package step_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

// TestHTTPExpectations shows for each expectation an answer that meets it and one that does not.
func TestHTTPExpectations(t *testing.T) {
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte("# kept")))
	json := `{"name":"x","n":12345678901234567890,"ok":true,"none":null,"items":[{"id":"seven"}],"obj":{"a":1}}`
	for _, c := range []struct {
		name           string
		answer         http.HandlerFunc
		expect         *plan.HTTPExpect
		expected, seen string // empty: it passes
	}{
		{"nothing expected, 200", answer(200, ""), nil, "", ""},
		{"nothing expected, 302", answer(302, "", "Location", "/elsewhere"), nil, "", ""},
		{"nothing expected, 400", answer(400, ""), nil, "a status below 400", "status 400, no body"},
		{"nothing expected, 404", answer(404, "gone"), nil, "a status below 400", `status 404, body "gone"`},
		{"nothing expected, 500", answer(500, ""), &plan.HTTPExpect{}, "a status below 400", "status 500, no body"},
		{"status", answer(418, ""), &plan.HTTPExpect{Status: 418}, "", ""},
		{"status, another", answer(201, "made"), &plan.HTTPExpect{Status: 200}, "status 200", `status 201, body "made"`},
		{"status, a redirect is not followed", answer(302, "", "Location", "/"), &plan.HTTPExpect{Status: 200}, "status 200", "status 302, no body"},

		{"body", answer(200, "a # kept b"), &plan.HTTPExpect{Body: "# kept"}, "", ""},
		{"body, other", answer(200, "# lost\x00"), &plan.HTTPExpect{Body: "# kept"}, `body with "# kept"`, `status 200, body "# lost\x00"`},
		{"body on a bad status", answer(500, "# kept"), &plan.HTTPExpect{Body: "# kept"}, "a status below 400", `status 500, body "# kept"`},
		{"absent", answer(200, "fine"), &plan.HTTPExpect{Absent: "# lost"}, "", ""},
		{"absent, there", answer(200, "see # lost"), &plan.HTTPExpect{Absent: "# lost"}, `body without "# lost"`, `status 200, body "see # lost"`},
		{"equals", answer(200, "# kept"), &plan.HTTPExpect{Equals: new("# kept")}, "", ""},
		{"equals, more", answer(200, "# kept\n"), &plan.HTTPExpect{Equals: new("# kept")}, `body equal to "# kept"`, `status 200, body "# kept"`},
		{"equals, empty", answer(200, ""), &plan.HTTPExpect{Equals: new("")}, "", ""},
		{"equals, not empty", answer(200, "x"), &plan.HTTPExpect{Equals: new("")}, `body equal to ""`, `status 200, body "x"`},

		{"sha256", answer(200, "# kept"), &plan.HTTPExpect{SHA256: sum}, "", ""},
		{"sha256, other", answer(200, "# lost"), &plan.HTTPExpect{SHA256: sum}, `a body of sha256 "` + sum + `"`, fmt.Sprintf("sha256 %x", sha256.Sum256([]byte("# lost")))},

		{"json", answer(200, json), &plan.HTTPExpect{JSON: map[string]string{"name": "x", "items.0.id": "seven", "n": "12345678901234567890", "ok": "true", "none": "null", "obj": `{"a":1}`}}, "", ""},
		{"json, other", answer(200, json), &plan.HTTPExpect{JSON: map[string]string{"ok": "true", "name": "y"}}, `json name = "y"`, `"x"`},
		{"json, missing", answer(200, `{"a":[]}`), &plan.HTTPExpect{JSON: map[string]string{"a.0.b": ""}}, `json a.0.b = ""`, `nothing at a.0, status 200, body "{\"a\":[]}"`},
		{"json, none", answer(200, "<p>"), &plan.HTTPExpect{JSON: map[string]string{"a": "1"}}, `json a = "1"`, `no JSON, status 200, body "<p>"`},
		{"json, two", answer(200, `{"a":1}{"a":2}`), &plan.HTTPExpect{JSON: map[string]string{"a": "1"}}, `json a = "1"`, `more than one JSON value, status 200, body "{\"a\":1}{\"a\":2}"`},

		{"header", answer(200, "", "X-Version", "1.2.3"), &plan.HTTPExpect{Header: map[string]string{"x-version": "1.2"}}, "", ""},
		{"header, second value", answer(200, "", "X-V", "a", "X-V", "b"), &plan.HTTPExpect{Header: map[string]string{"X-V": "b"}}, "", ""},
		{"header, other", answer(200, "", "X-V", "a", "X-V", "b"), &plan.HTTPExpect{Header: map[string]string{"X-V": "c"}}, `header X-V with "c"`, `"a, b"`},
		{"header, missing", answer(200, ""), &plan.HTTPExpect{Header: map[string]string{"X-V": ""}}, `header X-V with ""`, "no such header"},

		{"templates are compared expanded, shown as written", answer(200, "app.example.org"), &plan.HTTPExpect{Equals: new("${domain}")}, "", ""},
		{"a secret in the answer is masked", answer(200, "pw=S3CRETVALUE"), &plan.HTTPExpect{Body: "x${secret:db}"}, `body with "x${secret:db}"`, `status 200, body "pw=[secret db]"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			steps, err := run(t, deps(serve(t, c.answer)), httpStep(plan.HTTP{Path: "/page", Expect: c.expect}))
			got := steps[0]
			if got.Place != "state.verify[0]" || got.What != "GET /page" || got.Expected != c.expected || got.Seen != c.seen {
				t.Errorf("got %+v\nwant expected %q, seen %q", got, c.expected, c.seen)
			}
			if (err == nil) != (c.expected == "") || result.OutcomeOf(err) != got.Outcome {
				t.Errorf("error %v, outcome %s", err, got.Outcome)
			}
			var f *result.Failure
			if err != nil && (!errors.As(err, &f) || got.Outcome != result.Fail) {
				t.Errorf("expected the recipe's fault, got %v", err)
			}
		})
	}
}

func TestFailureIsASentence(t *testing.T) {
	_, err := run(t, deps(serve(t, answer(500, "oops"))), httpStep(plan.HTTP{Path: "/n", Expect: &plan.HTTPExpect{Status: 200}}))
	if want := `state.verify[0]: GET /n: expected status 200, got status 500, body "oops"`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestLongBodies(t *testing.T) {
	big := strings.Repeat("x", step.MaxBody) + "END"
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(big)))
	app := serve(t, answer(200, big))
	for _, c := range []struct {
		name   string
		expect plan.HTTPExpect
		save   map[string]string
		passes bool
	}{
		{"hash covers it all", plan.HTTPExpect{SHA256: sum}, nil, true},
		{"begins as expected", plan.HTTPExpect{Body: "xxx"}, nil, true},
		{"what stands behind the limit is not found", plan.HTTPExpect{Body: "END"}, nil, false},
		{"absence can't be shown", plan.HTTPExpect{Absent: "nothing of this"}, nil, false},
		{"the cut body is not the whole", plan.HTTPExpect{Equals: new(big[:step.MaxBody])}, nil, false},
		{"half a body is not saved", plan.HTTPExpect{}, map[string]string{"a": "body"}, false},
		{"a regex sees half a body", plan.HTTPExpect{}, map[string]string{"a": "regex:x"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			steps, err := run(t, deps(app), httpStep(plan.HTTP{Path: "/", Expect: &c.expect, Save: c.save}))
			if (err == nil) != c.passes || result.OutcomeOf(err) == result.Error {
				t.Errorf("got %v", err)
			}
			if len(steps[0].Seen) > 400 {
				t.Errorf("seen is %d bytes long", len(steps[0].Seen))
			}
		})
	}
}

func TestSecretAtTheCutIsMasked(t *testing.T) {
	for before := 280; before < 301; before++ {
		steps, _ := run(t, deps(serve(t, answer(500, strings.Repeat(".", before)+"S3CRETVALUE"))), httpStep(plan.HTTP{Path: "/"}))
		if strings.Contains(steps[0].Seen, "S3C") {
			t.Errorf("a secret after %d bytes: %s", before, steps[0].Seen)
		}
	}
}
