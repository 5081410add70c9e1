// Package follow lets several short processes, the steps of a Drone build, watch one
// long one, the run, and lets the run know that somebody does.
//
// The run is a process of its own (package supervise), because Drone's exec runner
// kills a step's shell alone and leaves everything else running. Its folder holds
//
//	request.json   what it was asked for
//	events.jsonl   what it tells, masked, a line an event
//	lease          a socket: whoever has it open follows the run
//	ended.json     how it ended
//
// Contract: a run that nobody has followed for a while ends itself (Lease). A follower
// ends when its stage has ended, when the run is gone, and at the latest when its parent
// or its parent's parent dies: the step's shell and Drone's runner. It waits in one
// poll(2) for all of these; nothing is asked again and again. A trigger's key is claimed
// before anything is made, for ever: the same key never runs twice on one machine (T5).
// Everything here is read and written by one user alone.
package follow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/stage"
)

// Report is the last stage that can be followed: what is left of the run, its end and its verdict.
const Report = "report"

// Stages are those that can be followed, in the order of a run.
var Stages = append(append([]string{}, stage.Names...), Report)

// Errors that callers branch on.
var (
	ErrNoRun  = errors.New("no such run")
	ErrOrphan = errors.New("the shell or the runner that wanted to know is gone")
)

// Run shows the events of one stage of the run in folder, as they come, and gives the
// status to end with: that of the stage, as a run of it alone would end; for the report, that
// of the whole run. Everything that happened since the followed stage before it belongs to
// a stage. One that will not be run ends as the stage that kept it from running did.
// ErrOrphan where an ancestor died.
func Run(ctx context.Context, folder, stageName string, to io.Writer) (code int, err error) {
	if !slices.Contains(Stages, stageName) {
		return 0, fmt.Errorf("follow: expected one of %s, found %q", strings.Join(Stages, ", "), stageName)
	}
	w, err := newWatch(ctx, folder)
	if err != nil {
		return 0, err
	}
	defer w.close()
	s := newStory(stageName, to)
	for {
		gone := w.runGone() // before the last look at the events: what it wrote is there
		if err := w.events(s.tell); err != nil {
			return 0, fmt.Errorf("follow %s: %w", stageName, err)
		}
		s.catchUp()
		switch {
		case s.ended:
			return s.code(), nil
		case gone:
			return s.finish(folder)
		}
		if err := w.wait(); err != nil {
			return 0, err
		}
	}
}
