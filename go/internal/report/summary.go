package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"coopcloud.tech/cc-ci/internal/result"
)

// summaryLines is how many lines of a failed service's log the last screen shows:
// it must stay one screen.
const summaryLines = 8

// Summary prints the last screen of a run (U4): what happened in one sentence and, where
// it is not a pass, why; then stages, findings, residue, notices, identity in short, where
// the page is and how to repeat the run. page is the report's path or address; empty where there is none.
func Summary(w io.Writer, t Terminal, r result.Result, page string) error {
	s := &summary{bufio.NewWriter(w), t}
	s.verdict(r)
	s.trouble(r)
	s.stages(r)
	s.toKnow(r)
	s.identity(r)
	s.row("report", OneLine(page))
	s.row("again", OneLine(r.Again))
	return s.Flush()
}

type summary struct {
	*bufio.Writer
	t Terminal
}

func (s *summary) linef(format string, args ...any) {
	text := strings.TrimRight(fmt.Sprintf(format, args...), " ")
	s.WriteString(text + "\n") //nolint:errcheck // bufio keeps the first error for Flush
}

func (s *summary) row(name, text string) {
	if text != "" {
		s.linef("  %-10s %s", name, text)
	}
}

func (s *summary) verdict(r result.Result) {
	head := []string{
		"cc-ci",
		strings.TrimSpace(name(r.Recipe) + " " + Short(r.Identity.Commit)),
		s.t.outcome(r.Outcome, strings.TrimSuffix(headline(r)+", "+levelText(r.Level), ", ")),
		Span(r.Ended.Sub(r.Started)),
	}
	s.linef("\n%s\n", strings.Join(head, " | "))
	s.linef("%s\n", s.t.paint(bold, sentence(r)))
}

func (s *summary) trouble(r result.Result) {
	stage, step := trouble(r)
	if stage == nil {
		return
	}
	if step != nil {
		s.row("step", strings.TrimSuffix(OneLine(step.Place)+": "+brief(step.What, 300), ": "))
		s.row("expected", brief(step.Expected, 300))
		s.row("seen", brief(step.Seen, 300))
	}
	for _, v := range stage.Services {
		s.service(v)
	}
	for _, e := range stage.Evidence {
		s.row(name(e.Kind), brief(e.File, 300))
	}
	if step != nil || len(stage.Services)+len(stage.Evidence) > 0 {
		s.linef("")
	}
}

func (s *summary) service(v result.Service) {
	head := name(v.Name)
	for _, task := range v.Tasks[:min(len(v.Tasks), 3)] {
		s.linef("  %-10s %s", head, s.t.paint(red, brief(task, 300)))
		head = ""
	}
	for _, line := range v.Log[max(0, len(v.Log)-summaryLines):] {
		s.linef("  %-10s | %s", head, brief(line, 300))
		head = ""
	}
}

func (s *summary) stages(r result.Result) {
	for _, v := range r.Stages {
		outcome := s.t.outcome(v.Outcome, fmt.Sprintf("%-7s", Word(v.Outcome)))
		took := Clock(v.Took)
		if v.Outcome == result.NotRun || v.Outcome == result.NotApplicable {
			took = ""
		}
		reason := brief(Clip(v.Reason, 400), 160)
		if v.Reason == r.Reason {
			reason = "" // the sentence above has it
		}
		reason = strings.Trim(reason+"; "+retried(v.Retries), "; ")
		s.linef("  %-10s %s %6s  %s", name(v.Name), outcome, took, reason)
	}
	s.linef("")
}

func (s *summary) toKnow(r result.Result) {
	for _, f := range r.Findings {
		text := OneLine(f.Text) + " (" + strings.Trim(OneLine(f.ID)+", "+OneLine(f.Place), ", ") + ")"
		if f.Accepted != "" {
			text += "; accepted: " + OneLine(f.Accepted)
		}
		head := severity(OneLine(f.Severity))
		if f.Open() {
			head = s.t.paint(yellow, head)
		}
		s.row("finding", head+": "+Clip(text, 400))
	}
	for _, v := range r.Residue {
		s.row("residue", s.t.paint(red, OneLine(v)))
	}
	for _, v := range r.Notices {
		s.row("notice", OneLine(v))
	}
}

func (s *summary) identity(r result.Result) {
	i := r.Identity
	var parts []string
	for _, p := range [][2]string{
		{"", i.Version},
		{"commit ", Short(i.Commit)},
		{"plan ", shortHash(i.PlanHash)},
		{"", i.Abra},
		{"", i.Router},
		{"", i.Engine},
		{"cc-ci ", i.Driver},
	} {
		if p[1] != "" {
			parts = append(parts, p[0]+name(p[1]))
		}
	}
	s.row("tested", strings.Join(parts, ", "))
}

// shortHash keeps what a person compares by eye; the prefix that names the algorithm stays.
func shortHash(h string) string {
	if len(h) > 19 {
		return h[:19]
	}
	return h
}
