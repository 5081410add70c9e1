package report

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"coopcloud.tech/cc-ci/internal/event"
	"coopcloud.tech/cc-ci/internal/result"
)

// tick is how often elapsed times move on.
const tick = time.Second

// live draws on a terminal, see the rules in text.go.
type live struct {
	w    io.Writer
	term Terminal
	mask func(string) string
	stop chan struct{}
	done sync.WaitGroup

	mu      sync.Mutex
	running []runningStage
	drawn   []int // cells of each line now at the bottom
	err     error
}

type runningStage struct {
	name  string
	doing string
	start time.Time // of this process's clock: elapsed time must move with it
}

func newLive(w io.Writer, t Terminal, mask func(string) string) *live {
	if mask == nil {
		mask = func(s string) string { return s }
	}
	l := &live{w: w, term: t, mask: mask, stop: make(chan struct{})}
	l.done.Go(l.keepTime)
	return l
}

func (l *live) keepTime() {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-t.C:
			l.mu.Lock()
			if len(l.running) > 0 {
				l.draw("")
			}
			l.mu.Unlock()
		}
	}
}

// Event updates the picture. Child output (event.Log) is not shown: the stage's log has it,
// and the summary has the last lines of what failed.
func (l *live) Event(e event.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e.Kind {
	case event.RunStart:
		l.draw(l.term.paint(bold, "cc-ci") + "  " + l.clean(e.Text) + "\n")
	case event.StageStart:
		l.running = append(l.running, runningStage{name: e.Stage, doing: l.clean(e.Text), start: time.Now()})
		l.draw("")
	case event.Step:
		for i := range l.running {
			if l.running[i].name == e.Stage {
				l.running[i].doing = l.clean(e.Text)
			}
		}
		l.draw("")
	case event.Note:
		l.draw(fmt.Sprintf("  %-9s %s\n", "note", l.clean(e.Text)))
	case event.StageEnd:
		l.end(e)
	}
}

func (l *live) clean(s string) string { return l.mask(OneLine(s)) }

func (l *live) end(e event.Event) {
	for i := range l.running {
		if l.running[i].name == e.Stage {
			l.running = append(l.running[:i], l.running[i+1:]...)
			break
		}
	}
	o := result.Outcome(e.Outcome)
	s := fmt.Sprintf("  %-9s %s %6s", OneLine(e.Stage), l.term.outcome(o, fmt.Sprintf("%-7s", Word(o))), Clock(e.Took))
	if e.Text != "" {
		s += "  " + l.clean(e.Text)
	}
	l.draw(s + "\n")
}

// draw prints finished lines above the running ones, all in one write.
func (l *live) draw(finished string) {
	if l.err != nil {
		return
	}
	width := l.term.width()
	var b strings.Builder
	b.WriteString(home(l.drawn, width))
	b.WriteString(strings.ReplaceAll(finished, "\n", ansi.EraseLineRight+"\n"))
	l.drawn = l.drawn[:0]
	for _, s := range l.running {
		// One cell less than the window: some terminals wrap a full line at once.
		line := ansi.Truncate(fmt.Sprintf("  %-9s ...     %6s  %s", OneLine(s.name), Clock(time.Since(s.start)), s.doing), width-1, "…")
		l.drawn = append(l.drawn, ansi.StringWidth(line))
		b.WriteString(line + ansi.EraseLineRight + "\n")
	}
	b.WriteString(ansi.EraseScreenBelow)
	_, l.err = io.WriteString(l.w, b.String())
}

// home moves the cursor to the first cell of the first of the drawn lines.
func home(drawn []int, width int) string {
	rows := 0
	for _, cells := range drawn {
		rows += max(1, (cells+width-1)/width)
	}
	if rows == 0 {
		return "\r"
	}
	return "\r" + ansi.CursorUp(rows)
}

// Close ends the redrawing and joins its goroutine. Stages still running stay on the screen as they were.
func (l *live) Close() error {
	close(l.stop)
	l.done.Wait()
	return l.err
}
