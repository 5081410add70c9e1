package step

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// expect compares an answer and gives the first difference. The status comes first: it explains what follows.
func (r *runner) expect(e *plan.HTTPExpect, a answer) error {
	if e == nil {
		e = &plan.HTTPExpect{}
	}
	if err := r.expectStatus(e, a); err != nil {
		return err
	}
	return first(
		func() error { return r.expectHeaders(e.Header, a) },
		func() error { return r.expectBody(e, a) },
		func() error { return r.expectSum(e.SHA256, a) },
		func() error { return r.expectJSON(e.JSON, a) },
	)
}

// first does the checks up to the first that fails.
func first(checks ...func() error) error {
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) expectStatus(e *plan.HTTPExpect, a answer) error {
	switch {
	case e.Status == 0 && a.status >= 400:
		return &result.Failure{Expected: "a status below 400", Seen: r.answered(a)}
	case e.Status != 0 && a.status != e.Status:
		return &result.Failure{Expected: fmt.Sprintf("status %d", e.Status), Seen: r.answered(a)}
	}
	return nil
}

func (r *runner) expectHeaders(want map[string]string, a answer) error {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		text, err := r.Vars.Expand(want[name])
		if err != nil {
			return err
		}
		values := a.header.Values(name)
		if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, text) }) {
			continue
		}
		seen := "no such header"
		if len(values) > 0 {
			seen = r.seen(strings.Join(values, ", "))
		}
		return &result.Failure{Expected: fmt.Sprintf("header %s with %s", name, quote(want[name])), Seen: seen}
	}
	return nil
}

func (r *runner) expectBody(e *plan.HTTPExpect, a answer) error {
	seen := func() string { return r.answered(a) }
	if err := r.expectText("body", e.Body, e.Absent, e.Equals, string(a.body), seen); err != nil {
		return err
	}
	if !a.whole && (e.Absent != "" || e.Equals != nil) {
		return &result.Failure{Expected: "a body that can be looked through", Seen: fmt.Sprintf("more than %d MiB", MaxBody>>20)}
	}
	return nil
}

// expectText compares a body or an output with what must be in it, must not be in it, and what it must be.
func (r *runner) expectText(name, contained, absent string, equals *string, text string, seen func() string) error {
	for _, c := range []struct {
		template, says string
		asked          bool
		holds          func(string) bool
	}{
		{contained, name + " with", contained != "", func(want string) bool { return strings.Contains(text, want) }},
		{absent, name + " without", absent != "", func(want string) bool { return !strings.Contains(text, want) }},
		{deref(equals), name + " equal to", equals != nil, func(want string) bool { return text == want }},
	} {
		if !c.asked {
			continue
		}
		want, err := r.Vars.Expand(c.template)
		if err != nil {
			return err
		}
		if !c.holds(want) {
			return &result.Failure{Expected: c.says + " " + quote(c.template), Seen: seen()}
		}
	}
	return nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (r *runner) expectSum(want string, a answer) error {
	if want == "" {
		return nil
	}
	text, err := r.Vars.Expand(want)
	if err != nil {
		return err
	}
	if !strings.EqualFold(text, a.sum) {
		return &result.Failure{Expected: "a body of sha256 " + quote(want), Seen: "sha256 " + a.sum}
	}
	return nil
}

func (r *runner) expectJSON(want map[string]string, a answer) error {
	for _, path := range slices.Sorted(maps.Keys(want)) {
		text, err := r.Vars.Expand(want[path])
		if err != nil {
			return err
		}
		expected := fmt.Sprintf("json %s = %s", path, quote(want[path]))
		got, err := jsonAt(a.body, path)
		if err != nil {
			return &result.Failure{Expected: expected, Seen: fmt.Sprintf("%s, %s", r.cut(err.Error()), r.answered(a))}
		}
		if got != text {
			return &result.Failure{Expected: expected, Seen: r.seen(got)}
		}
	}
	return nil
}

// answered shows an answer in short.
func (r *runner) answered(a answer) string {
	body := bytes.TrimSpace(a.body[:min(len(a.body), looked)])
	if len(body) == 0 {
		return fmt.Sprintf("status %d, no body", a.status)
	}
	return fmt.Sprintf("status %d, body %s", a.status, r.seen(string(body)))
}
