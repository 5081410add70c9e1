package browser

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/playwright-community/playwright-go"

	"coopcloud.tech/cc-ci/internal/result"
)

// netError finds Chromium's word for a page that did not load.
var netError = regexp.MustCompile(`net::(ERR_[A-Z_]+)`)

// elsewhere are net errors that no recipe can cause.
var elsewhere = []string{"ERR_NETWORK_CHANGED", "ERR_INTERNET_DISCONNECTED", "ERR_INSUFFICIENT_RESOURCES", "ERR_OUT_OF_MEMORY", "ERR_CERT_"}

// judge turns an error of Playwright into a Failure where the page is to blame.
// The rest (a driver that died, a certificate) is returned as it is.
func judge(err error, limit time.Duration) error {
	var f *result.Failure
	if err == nil || errors.As(err, &f) || errors.Is(err, errHung) || errors.Is(err, playwright.ErrTargetClosed) {
		return err
	}
	text := err.Error()
	if n := strict.FindStringSubmatch(text); n != nil { // an assertion's error has no type
		return &result.Failure{Expected: "one element", Seen: n[1] + candidates(text)}
	}
	if !errors.Is(err, playwright.ErrPlaywright) {
		return err
	}
	if net := netError.FindStringSubmatch(text); net != nil {
		for _, prefix := range elsewhere {
			if strings.HasPrefix(net[1], prefix) {
				return err
			}
		}
		return &result.Failure{Expected: "a page", Seen: net[1]}
	}
	if errors.Is(err, playwright.ErrTimeout) {
		return &result.Failure{Expected: fmt.Sprintf("it done within %s", limit), Seen: obstacle(text)}
	}
	line, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(text, "playwright: "), "Error: "), "\n")
	return &result.Failure{Expected: "it done", Seen: line}
}

// strict matches what Playwright says when a locator fits several elements.
var strict = regexp.MustCompile(`resolved to (\d+ elements)`)

// candidate is one of those elements, as a line of that message shows it.
var candidate = regexp.MustCompile(`(?m)^\s*\d+\) (<.*>)(?: aka .*)?$`)

// candidates lists the first few of them, so that somebody can tell them apart without a trace.
func candidates(text string) string {
	var found []string
	for _, m := range candidate.FindAllStringSubmatch(text, 3) {
		found = append(found, fmt.Sprintf("%.120s", m[1]))
	}
	if len(found) == 0 {
		return ""
	}
	return ": " + strings.Join(found, ", ")
}

// obstacles are the phrases of Playwright's call log that say why it waited.
var obstacles = []string{
	"element is not visible", "element is not enabled", "element is not stable", "element is not editable",
	"intercepts pointer events", "did not find some options", "element is outside of the viewport",
}

// obstacle finds in a call log the last reason for which an action waited.
func obstacle(log string) string {
	lines := strings.Split(log, "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		for _, o := range obstacles {
			if strings.Contains(lines[i], o) {
				return strings.Trim(lines[i], " -\t")
			}
		}
	}
	if strings.Contains(log, "locator resolved to") {
		return "an element that was not ready"
	}
	return "no such element"
}
