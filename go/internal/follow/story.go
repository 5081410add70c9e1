package follow

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/event"
	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// story is what the follower of one stage tells.
type story struct {
	stage   string
	before  []string // the followed stages before this one
	to      io.Writer
	lines   event.Printer
	backlog []event.Event  // what had happened when the follower came, until it is sorted
	live    bool           // it is
	ended   bool           // the stage has
	outcome result.Outcome // of the stage
	worst   result.Outcome // of the first stage that kept others from running
	reason  string         // of that
}

func newStory(stage string, to io.Writer) *story {
	return &story{stage: stage, before: Stages[:slices.Index(Stages, stage)], to: to, lines: report.Text(to, report.Terminal{}, nil)}
}

// tell takes the next event.
func (s *story) tell(e event.Event) {
	switch {
	case !s.live:
		s.backlog = append(s.backlog, e)
		return
	case s.ended:
		return
	}
	s.judge(e)
	if slices.Contains(s.before, e.Stage) {
		return
	}
	s.lines.Event(e)
	if e.Kind == event.StageEnd && e.Stage == s.stage {
		s.ended, s.outcome = true, result.Outcome(e.Outcome)
	}
}

// catchUp is called once, after all that had happened before: what came up to the end of
// a followed stage before this one is that one's. What no followed stage owns (prepare,
// the removals) is told with the one that comes after it.
func (s *story) catchUp() {
	if s.live {
		return
	}
	s.live = true
	from := 0
	for i, e := range s.backlog {
		if e.Kind == event.StageEnd && slices.Contains(s.before, e.Stage) {
			from = i + 1
		}
	}
	for _, e := range s.backlog[:from] {
		s.judge(e)
	}
	for _, e := range s.backlog[from:] {
		s.tell(e)
	}
	s.backlog = nil
}

// judge remembers the first stage that kept the later ones from running.
func (s *story) judge(e event.Event) {
	o := result.Outcome(e.Outcome)
	if e.Kind == event.StageEnd && (o == result.Fail || o == result.Error) && s.worst == "" {
		s.worst, s.reason = o, e.Stage+": "+e.Text
	}
}

func (s *story) code() int {
	if s.outcome == result.NotRun {
		return 0 // a gap, as a version that can't be had: it stops the climb, and the run's verdict says what it is worth
	}
	return s.outcome.ExitStatus()
}

// finish is for a run that is gone.
func (s *story) finish(folder string) (int, error) {
	if s.ended {
		return s.code(), nil
	}
	end, err := ReadEnd(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 3, fmt.Errorf("the run was killed before its end; the next run removes what it left (%s)", folder)
	case err != nil:
		return 3, err
	case s.stage == Report:
		return end.Code, s.summary(folder, end)
	}
	code, why := end.Code, s.reason
	switch {
	case s.worst != "":
		code = s.worst.ExitStatus()
	case end.Error != "":
		why = end.Error
	case code == 0:
		code, why = 3, "the run was not asked for it"
	default:
		why = "the run ended before it"
	}
	fmt.Fprintf(s.to, "%s was not run: %s\n", s.stage, strings.TrimSpace(why))
	return code, nil
}

// summary is the last screen of the run.
func (s *story) summary(folder string, end End) error {
	r, err := report.Load(filepath.Join(folder, "result.json"))
	if err == nil {
		err = report.Summary(s.to, report.Terminal{}, r, filepath.Join(folder, "report.html"))
	}
	if end.Error != "" {
		fmt.Fprintf(s.to, "cc-ci: %s\n", end.Error)
	}
	if err != nil && end.Code == 0 {
		return err
	}
	return nil
}
