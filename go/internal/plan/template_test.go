package plan_test

import (
	"errors"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
)

func TestExpand(t *testing.T) {
	unknown := errors.New("unknown")
	values := map[string]string{"domain": "a.example.org", "secret:db": "s3cret"}
	lookup := func(name string) (string, error) {
		if v, ok := values[name]; ok {
			return v, nil
		}
		return "", unknown
	}
	for _, c := range []struct{ text, want, err string }{
		{"plain", "plain", ""},
		{"https://${domain}/${secret:db}", "https://a.example.org/s3cret", ""},
		{"$HOME $${domain} $$", "$HOME ${domain} $$", ""},
		{"${nothing}", "", "unknown"},
		{"${}", "", "expected `${name}` or `${secret:name}`, found \"${}\" (a literal `${` is written `$${`)"},
		{"${domain", "", "expected `${name}` or `${secret:name}`, found \"${domain\" (a literal `${` is written `$${`)"},
	} {
		t.Run(c.text, func(t *testing.T) {
			got, err := plan.Expand(c.text, lookup)
			if c.err != "" {
				if err == nil || err.Error() != c.err {
					t.Fatalf("got error %v, want %s", err, c.err)
				}
				return
			}
			if err != nil || got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}
