package router

import (
	"strings"
	"testing"
)

func TestParseRule(t *testing.T) {
	for _, tt := range []struct {
		rule, host, path string
		want             bool
	}{
		{"Host(`a.test`)", "a.test", "/", true},
		{"Host(`a.test`)", "A.Test", "/", true},
		{"Host(`a.test`)", "b.a.test", "/", false},
		{`Host("a.test")`, "a.test", "/", true},
		{"Host(`a.test`, `b.test`)", "b.test", "/", true},
		{"Host(`a.test`) || Host(`b.test`)", "b.test", "/", true},
		{"Host(`a.test`) && PathPrefix(`/x`)", "a.test", "/xy", true},
		{"Host(`a.test`) && PathPrefix(`/x`)", "a.test", "/y", false},
		{"Host(`a.test`) && (PathPrefix(`/x`) || PathPrefix(`/y`))", "a.test", "/y", true},
	} {
		m, err := parseRule(tt.rule)
		if err != nil {
			t.Errorf("%s: %v", tt.rule, err)
			continue
		}
		if got := m(tt.host, tt.path); got != tt.want {
			t.Errorf("%s with %s%s: got %t", tt.rule, tt.host, tt.path, got)
		}
	}
}

func TestParseRuleRefuses(t *testing.T) {
	for rule, want := range map[string]string{
		"":                             "expected operand",
		"Host(`a`":                     "missing ','",
		"Host()":                       "found nothing",
		"Host(a)":                      "expected text in quotes",
		"HostRegexp(`.*`)":             "found HostRegexp",
		"!Host(`a`)":                   "found *ast.UnaryExpr",
		"Host(`a`) == PathPrefix(`b`)": "found ==",
		"x.Host(`a`)":                  "name of a matcher",
	} {
		if _, err := parseRule(rule); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v; expected an error with %q", rule, err, want)
		}
	}
}

func FuzzParseRule(f *testing.F) {
	f.Add("Host(`a`) || Host(`b`) && PathPrefix(`/c`)")
	f.Fuzz(func(_ *testing.T, rule string) {
		if m, err := parseRule(rule); err == nil {
			m("host", "/path")
		}
	})
}
