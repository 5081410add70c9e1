package report

import (
	"fmt"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// Clock gives a span as on a stop watch: "0:21", "1:02:03".
func Clock(d time.Duration) string {
	s := int(d.Round(time.Second) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Span gives a span in words: "1 m 52 s", "21 s", "420 ms".
func Span(d time.Duration) string {
	switch {
	case d <= 0:
		return "0 s"
	case d < time.Second:
		return fmt.Sprintf("%d ms", max(d.Milliseconds(), 1))
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	s := int(d.Round(time.Second) / time.Second)
	switch {
	case s >= 3600:
		return fmt.Sprintf("%d h %d m", s/3600, s/60%60)
	case s >= 60:
		return fmt.Sprintf("%d m %d s", s/60, s%60)
	}
	return fmt.Sprintf("%d s", s)
}

// Colour is the word for a run's outcome.
func Colour(o result.Outcome) string {
	switch o {
	case result.Pass:
		return "GREEN"
	case result.Fail:
		return "RED"
	case result.Error:
		return "ERROR"
	case result.NotApplicable:
		return "NOT APPLICABLE"
	}
	return "NOT RUN"
}

// Word is the word for a stage's or step's outcome; what needs a look is in capitals.
func Word(o result.Outcome) string {
	switch o {
	case result.Pass:
		return "pass"
	case result.Fail:
		return "FAIL"
	case result.Error:
		return "ERROR"
	case result.NotApplicable:
		return "n/a"
	case result.NotRun:
		return "not run"
	}
	return OneLine(string(o))
}

// Short gives the first digits of a commit.
func Short(commit string) string {
	if commit = name(commit); len(commit) > 7 && !strings.Contains(commit, " ") {
		return commit[:7]
	}
	return commit
}

// severity is the word for a finding's severity.
func severity(s string) string {
	switch s {
	case "act":
		return "operator must act"
	case "refuse":
		return "refused by the policy"
	}
	return s
}

func levelText(l *result.Level) string {
	if l == nil {
		return ""
	}
	s := fmt.Sprintf("level %d of %d", l.Reached, result.Top)
	if l.Generic {
		s += ", generic"
	}
	if l.NotApplicable > 0 {
		s += fmt.Sprintf(" (%d n/a)", l.NotApplicable)
	}
	return s
}

// retried is the words for a number of retries; empty for none.
func retried(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "retried once"
	}
	return fmt.Sprintf("retried %d times", n)
}

// headline is a result's outcome in a word; of a stand-in it never reads like the recipe's.
func headline(r result.Result) string {
	if r.Identity.StandIn != "" {
		return "STAND-IN " + Colour(r.Outcome)
	}
	return Colour(r.Outcome)
}

// toneOf is Tone for a result: what a stand-in passed is no pass of the recipe.
func toneOf(r result.Result) string {
	if r.Identity.StandIn != "" && r.Outcome == result.Pass {
		return "idle"
	}
	return Tone(r.Outcome)
}
