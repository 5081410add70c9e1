package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"coopcloud.tech/cc-ci/internal/event"
	"coopcloud.tech/cc-ci/internal/golden"
)

func at(second int, e event.Event) event.Event {
	e.Time = begin.Add(time.Duration(second) * time.Second)
	return e
}

// story is a short run: two stages at a time, a hostile log line, a failure.
func story() []event.Event {
	return []event.Event{
		at(0, event.Event{Kind: event.RunStart, Text: "hedgedoc a1b2c3d on https://hedgedoc-pr41-a1b2c3d.ci.example.org"}),
		at(0, event.Event{Kind: event.StageStart, Stage: "prepare"}),
		at(1, event.Event{Kind: event.Step, Stage: "prepare", Text: "pull postgres:16-alpine"}),
		at(2, event.Event{Kind: event.Log, Stage: "prepare", Text: "\x1b[2J\x1b[1;1Hall your terminal\x07\r\nsecond line"}),
		at(3, event.Event{Kind: event.Note, Stage: "prepare", Text: "override no-ipvs in force"}),
		at(4, event.Event{Kind: event.StageEnd, Stage: "prepare", Outcome: "pass", Took: 4 * time.Second}),
		at(4, event.Event{Kind: event.StageStart, Stage: "install"}),
		at(4, event.Event{Kind: event.Step, Stage: "install", Text: "wait for GET /status to give 200"}),
		at(70, event.Event{Kind: event.StageEnd, Stage: "install", Outcome: "fail", Took: 66 * time.Second, Text: "ready: GET /status: expected 200, seen 502"}),
		at(70, event.Event{Kind: event.RunEnd, Outcome: "fail", Took: 70 * time.Second, Text: "hedgedoc a1b2c3d failed at install"}),
	}
}

func play(t *testing.T, p event.Printer, events []event.Event) {
	t.Helper()
	for _, e := range events {
		p.Event(e)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestPlainText(t *testing.T) {
	var b bytes.Buffer
	play(t, Text(&b, Terminal{}, nil), story())
	noControls(t, b.String())
	golden.Compare(t, "testdata/plain.txt", b.String())
}

func TestJSONLines(t *testing.T) {
	var b bytes.Buffer
	play(t, JSONLines(&b), story())
	noControls(t, b.String())
	d := json.NewDecoder(&b)
	for i, want := range story() {
		var got event.Event
		if err := d.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if want.Text = Inert(want.Text); got != want {
			t.Errorf("event %d: expected %v, found %v", i, want, got)
		}
	}
}

func TestLiveText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen(t, 60)
		p := Text(s, Terminal{Live: true, Width: s.columns}, nil)
		var frames strings.Builder
		show := func(title string) {
			synctest.Wait()
			frames.WriteString("--- " + title + "\n" + s.String())
		}
		events := story()
		for _, e := range events[:4] {
			p.Event(e)
		}
		show("two events and a log line later")
		time.Sleep(3 * time.Second)
		show("three seconds later")
		p.Event(event.Event{Kind: event.StageStart, Stage: "install", Text: "a second stage beside it, whose text is longer than the window is wide"})
		show("two stages run")
		s.resize(25)
		time.Sleep(time.Second)
		show("the window is narrow now")
		for _, e := range append(events[4:6], events[8:]...) {
			p.Event(e)
		}
		show("all ended")
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		after := s.writes
		time.Sleep(time.Minute)
		if s.writes != after {
			t.Error("Close: expected no drawing after it")
		}
		golden.Compare(t, "testdata/live.txt", frames.String())
	})
}

func TestLiveTextMasksBeforeItCuts(t *testing.T) {
	var b bytes.Buffer
	mask := func(s string) string { return strings.ReplaceAll(s, "correct-horse-battery", "******") }
	p := Text(&b, Terminal{Live: true, Width: func() int { return 40 }}, mask)
	play(t, p, []event.Event{
		{Kind: event.StageStart, Stage: "install"},
		{Kind: event.Step, Stage: "install", Text: "token correct-\x1b[0mhorse-battery"},
	})
	if strings.Contains(b.String(), "correct") {
		t.Errorf("half a secret was shown: %q", b.String())
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestPrintersReportTheFirstError(t *testing.T) {
	for name, p := range map[string]event.Printer{
		"plain": Text(fullDisk{}, Terminal{}, nil),
		"live":  Text(fullDisk{}, Terminal{Live: true}, nil),
		"json":  JSONLines(fullDisk{}),
	} {
		t.Run(name, func(t *testing.T) {
			for _, e := range story() {
				p.Event(e)
			}
			if err := p.Close(); err == nil || err.Error() != "no space left" {
				t.Errorf("Close: expected the write's error, found %v", err)
			}
		})
	}
}

// upper stands where the masker stands.
type upper struct{ w io.Writer }

func (u upper) Write(p []byte) (int, error) { return u.w.Write(bytes.ToUpper(p)) }
func (u upper) Close() error                { _, err := io.WriteString(u.w, "FLUSHED\n"); return err }

func TestStageLogs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	events := append(story(), at(71, event.Event{Kind: event.StageStart, Stage: "prepare"}))
	play(t, StageLogs(dir, func(w io.Writer) io.WriteCloser { return upper{w} }), events)
	for _, name := range []string{"prepare", "install"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		noControls(t, string(b))
		golden.Compare(t, "testdata/stage-"+name+".log", string(b))
		if info, _ := os.Stat(filepath.Join(dir, name)); info.Mode().Perm() != 0o600 {
			t.Errorf("%s: expected mode 0600, found %v", name, info.Mode())
		}
	}
	if list, _ := os.ReadDir(dir); len(list) != 2 {
		t.Errorf("logs: expected 2 files, found %v", list)
	}
}

func TestStageLogsRefuseAPath(t *testing.T) {
	p := StageLogs(t.TempDir(), func(w io.Writer) io.WriteCloser { return upper{w} })
	p.Event(event.Event{Kind: event.Log, Stage: "../x"})
	if err := p.Close(); err == nil || !strings.Contains(err.Error(), `found "../x"`) {
		t.Errorf("expected the name to be refused, found %v", err)
	}
}
