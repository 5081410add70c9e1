package follow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/event"
	"coopcloud.tech/cc-ci/internal/result"
)

func start(stage string) event.Event { return event.Event{Kind: event.StageStart, Stage: stage} }
func doing(stage, text string) event.Event {
	return event.Event{Kind: event.Step, Stage: stage, Text: text}
}

func end(stage string, o result.Outcome, text string) event.Event {
	return event.Event{Kind: event.StageEnd, Stage: stage, Outcome: string(o), Text: text}
}

// tell appends events as a run does.
func tell(t *testing.T, folder string, events ...event.Event) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(folder, Events), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, e := range events {
		if err := json.NewEncoder(f).Encode(e); err != nil {
			t.Fatal(err)
		}
	}
}

var green = []event.Event{
	start("prepare"), doing("prepare", "clone"), end("prepare", "pass", ""),
	start("install"), doing("install", "deploy one"), end("install", "pass", ""),
	start("backup"), doing("backup", "restic"), end("backup", "pass", ""),
	start("local"), end("local", "not-applicable", "no tests/"),
	start("remove"), doing("remove", "first removal"), end("remove", "pass", ""),
	start("upgrade"), doing("upgrade", "deploy two"), end("upgrade", "not-run", "no published version"),
	start("remove"), doing("remove", "last removal"), end("remove", "pass", ""),
	{Kind: event.RunEnd, Outcome: "pass"},
}

var red = []event.Event{
	start("prepare"), doing("prepare", "clone"), end("prepare", "pass", ""),
	start("install"), doing("install", "deploy one"), end("install", "fail", "never healthy"),
	start("remove"), doing("remove", "last removal"), end("remove", "pass", ""),
	{Kind: event.RunEnd, Outcome: "fail"},
}

var refused = []event.Event{
	start("prepare"), doing("prepare", "policy"), end("prepare", "fail", "a bind mount"),
	start("remove"), end("remove", "pass", ""),
	{Kind: event.RunEnd, Outcome: "fail"},
}

// Every row follows one stage of a run that has ended.
func TestEndedRun(t *testing.T) {
	for _, c := range []struct {
		name   string
		events []event.Event
		end    *End
		stage  string
		code   int
		shows  []string
		hides  []string
		err    string
	}{
		{"prepare is shown with install", green, &End{}, "install", 0, []string{"clone", "deploy one"}, []string{"restic", "removal"}, ""},
		{"one stage alone", green, &End{}, "backup", 0, []string{"restic"}, []string{"clone", "deploy one", "removal"}, ""},
		{"not applicable", green, &End{}, "local", 0, []string{"no tests/"}, []string{"restic", "removal"}, ""},
		{"a gap, with the removal before it", green, &End{}, "upgrade", 0, []string{"first removal", "deploy two", "no published version"}, []string{"restic", "last removal"}, ""},
		{"the end", green, &End{}, "report", 3, []string{"last removal"}, []string{"deploy two", "first removal"}, "result.json"},
		{"red", red, &End{Code: 1}, "install", 1, []string{"never healthy"}, nil, ""},
		{"what red kept from running", red, &End{Code: 1}, "upgrade", 1, []string{"upgrade was not run: install: never healthy"}, nil, ""},
		{"the end of red", red, &End{Code: 1}, "report", 1, []string{"last removal"}, []string{"deploy one"}, ""},
		{"refused before install", refused, &End{Code: 1}, "install", 1, []string{"policy", "install was not run: prepare: a bind mount"}, nil, ""},
		{"a usage error", nil, &End{Code: 2, Error: "no such commit"}, "install", 2, []string{"install was not run: no such commit"}, nil, ""},
		{"not asked for", append([]event.Event{}, green[:6]...), &End{}, "backup", 3, []string{"backup was not run: the run was not asked for it"}, nil, ""},
		{"its report", nil, &End{Code: 2, Error: "no such commit"}, "report", 2, []string{"cc-ci: no such commit"}, nil, ""},
		{"killed", green[:5], nil, "install", 3, []string{"deploy one"}, nil, "the run was killed before its end"},
		{"killed later", green[:8], nil, "install", 0, []string{"deploy one"}, nil, ""},
		{"no such stage", green, &End{}, "remove", 3, nil, nil, "expected one of install, backup, local, upgrade, report"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			tell(t, folder, c.events...)
			if c.end != nil {
				if err := WriteEnd(folder, *c.end); err != nil {
					t.Fatal(err)
				}
			}
			var out bytes.Buffer
			code, err := Run(t.Context(), folder, c.stage, &out)
			if err != nil && code == 0 {
				code = 3 // as the program does
			}
			if code != c.code || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("got %d, %v, want %d, %q", code, err, c.code, c.err)
			}
			for _, s := range c.shows {
				if !strings.Contains(out.String(), s) {
					t.Errorf("doesn't show %q:\n%s", s, &out)
				}
			}
			for _, s := range c.hides {
				if strings.Contains(out.String(), s) {
					t.Errorf("shows %q:\n%s", s, &out)
				}
			}
		})
	}
}

// lines is what a follower has shown so far, and lets a test wait for more.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	select {
	case l.more <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (l *lines) waitFor(t *testing.T, s string) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		l.mu.Lock()
		has := strings.Contains(l.text.String(), s)
		l.mu.Unlock()
		if has {
			return
		}
		select {
		case <-l.more:
		case <-limit:
			t.Fatalf("never showed %q", s)
		}
	}
}

// A stage is shown while it runs, and a line only once it is whole.
func TestLiveRun(t *testing.T) {
	folder := t.TempDir()
	tell(t, folder, green[:4]...)
	lease, ctx, err := Listen(t.Context(), folder, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	out := &lines{more: make(chan struct{}, 1)}
	done := make(chan error, 1)
	go func() {
		code, err := Run(t.Context(), folder, "report", out)
		done <- errors.Join(err, fmt.Errorf("status %d", code))
	}()
	out.waitFor(t, "clone")
	f, err := os.OpenFile(filepath.Join(folder, Events), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	io.WriteString(f, `{"kind":"step","stage":"re`)
	io.WriteString(f, `move","text":"in two parts"}`+"\n")
	out.waitFor(t, "in two parts")
	if ctx.Err() != nil {
		t.Error(context.Cause(ctx))
	}
	if err := errors.Join(WriteEnd(folder, End{Code: 3, Error: "no disk"}), lease.Close(folder)); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err.Error() != "status 3" {
		t.Errorf("got %v", err)
	}
	out.waitFor(t, "no disk")
}

func TestInterrupted(t *testing.T) {
	folder := t.TempDir()
	tell(t, folder, green[:4]...)
	lease, _, err := Listen(t.Context(), folder, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer lease.Close(folder)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	time.AfterFunc(100*time.Millisecond, func() { cancel(enough) })
	if _, err := Run(ctx, folder, "install", io.Discard); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}
