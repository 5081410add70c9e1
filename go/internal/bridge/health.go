package bridge

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// late is how long after its last good cycle an active bridge is called ill.
const late = 5 * time.Minute

// health is what the two pages say. It is filled by the loop and read by requests.
type health struct {
	mu     sync.Mutex
	isUp   bool // not waiting for another bridge
	last   time.Time
	open   int
	faults map[string]string
	counts map[[2]string]int64
}

// the counters there are, with their label and what they say.
var counters = map[string][2]string{
	"cycle":            {"result", "Looks at the forge."},
	"verdict":          {"verdict", "Comments judged."},
	"verdict of a run": {"state", "Answers that say what came of a build."},
	"build":            {"reason", "Builds made."},
	"cancelled":        {"reason", "Builds cancelled."},
	"hook":             {"result", "Requests to the webhook."},
}

func (h *health) active() { h.mu.Lock(); h.isUp = true; h.mu.Unlock() }

func (h *health) count(name, label string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.counts == nil {
		h.counts = map[[2]string]int64{}
	}
	h.counts[[2]string{name, label}]++
}

func (h *health) fault(what string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.faults == nil {
		h.faults = map[string]string{}
	}
	h.faults[what] = err.Error()
}

func (h *health) well(what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.faults, what)
}

func (h *health) cycle(now time.Time, err error, open int) {
	if err != nil {
		h.count("cycle", "failed")
		h.fault("forge", err)
		return
	}
	h.count("cycle", "good")
	h.well("forge")
	h.mu.Lock()
	h.last, h.open = now, open
	h.mu.Unlock()
}

// serveHealth answers 200 where the bridge works or waits for another, 503 where its last good cycle is long
// ago. What it says is for operators; it holds no secret.
func (b *Bridge) serveHealth(w http.ResponseWriter, _ *http.Request) {
	h := &b.health
	h.mu.Lock()
	say := struct {
		Active   bool              `json:"active"`
		LastGood time.Time         `json:"lastGoodCycle"`
		Open     int               `json:"openComments"`
		Faults   map[string]string `json:"faults,omitempty"`
	}{h.isUp, h.last, h.open, maps.Clone(h.faults)}
	h.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if say.Active && b.now().Sub(say.LastGood) > late {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	json.NewEncoder(w).Encode(say) //nolint:errcheck // the asker went away
}

// serveMetrics writes the counters in Prometheus' text format, and the goroutines by the name that every program of Go's has for them.
func (b *Bridge) serveMetrics(w http.ResponseWriter, _ *http.Request) {
	h := &b.health
	h.mu.Lock()
	counts, last, open, faults := maps.Clone(h.counts), h.last, h.open, len(h.faults)
	h.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	for _, name := range slices.Sorted(maps.Keys(counters)) {
		metric := "cc_ci_bridge_" + strings.ReplaceAll(name, " ", "_") + "s_total"
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %[1]s counter\n", metric, counters[name][1])
		for _, k := range slices.SortedFunc(maps.Keys(counts), func(x, y [2]string) int { return strings.Compare(x[1], y[1]) }) {
			if k[0] == name {
				fmt.Fprintf(w, "%s{%s=%q} %d\n", metric, counters[name][0], k[1], counts[k])
			}
		}
	}
	gauge(w, "open_comments", "Comments that are not settled.", int64(open))
	gauge(w, "faults", "Things that do not work at the moment; /healthz names them.", int64(faults))
	gauge(w, "last_good_cycle_seconds", "When the forge was last looked at, in Unix time.", max(last.Unix(), 0))
	fmt.Fprintf(w, "# HELP go_goroutines Number of goroutines that currently exist.\n# TYPE go_goroutines gauge\ngo_goroutines %d\n", runtime.NumGoroutine())
}

func gauge(w io.Writer, name, help string, v int64) {
	fmt.Fprintf(w, "# HELP cc_ci_bridge_%s %s\n# TYPE cc_ci_bridge_%[1]s gauge\ncc_ci_bridge_%[1]s %[3]d\n", name, help, v)
}
