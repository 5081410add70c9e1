package run

import (
	"errors"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/result"
)

func TestMissing(t *testing.T) {
	const hint = "needs an override of the site"
	nobody, away := result.Fault(errors.New("there is no such image")), errors.New("the registry is away")
	for _, tt := range []struct {
		name   string
		failed map[string]error
		want   result.Outcome
		hint   bool
	}{
		{"none", nil, result.Pass, false},
		{"of nobody's", map[string]error{"nginx:1.99": nobody}, result.Fail, false},
		{"away", map[string]error{"nginx:1.99": away}, result.Error, true},
		{"of the site", map[string]error{"local/postgres:15": nobody}, result.Error, true},
		{"another version's", map[string]error{"nginx:1.98": nobody}, result.Pass, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := missing(tt.failed, []string{"nginx:1.99", "local/postgres:15"}, []string{"nginx:1.99", "postgres:15"})
			if result.OutcomeOf(err) != tt.want || (err != nil && strings.Contains(err.Error(), hint)) != tt.hint {
				t.Errorf("expected %s, found %v", tt.want, err)
			}
		})
	}
}
