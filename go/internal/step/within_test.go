package step_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
)

// What an app needs a moment for is waited for and counted; what never comes true fails when its time is over.
func TestWithin(t *testing.T) {
	for _, tt := range []struct {
		name   string
		bad    int32 // requests that are answered with 500 first
		within time.Duration
		what   string // "" where it must fail
	}{
		{"at once", 0, 10 * time.Second, "GET /"},
		{"the third time", 2, 10 * time.Second, "GET / (3 tries)"},
		{"once, where nothing is said", 2, 0, ""},
		{"never", 1 << 20, 500 * time.Millisecond, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var asked atomic.Int32
			app := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if asked.Add(1) <= tt.bad {
					w.WriteHeader(http.StatusInternalServerError)
				}
			})
			s := httpStep(plan.HTTP{Path: "/", Expect: &plan.HTTPExpect{Status: 200}})
			s.Within = plan.Duration(tt.within)
			steps, err := run(t, deps(app), s)
			if (err == nil) != (tt.what != "") || tt.what != "" && steps[0].What != tt.what {
				t.Errorf("want %q, got %+v, %v", tt.what, steps, err)
			}
		})
	}
}
