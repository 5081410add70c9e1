package ledger

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

func file(t *testing.T, r result.Result) *fstest.MapFile {
	t.Helper()
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return &fstest.MapFile{Data: b.Bytes()}
}

func TestRead(t *testing.T) {
	good := result.Result{Schema: 1, Recipe: "demo", ID: "20261123-2", Started: begin, Ended: begin, Outcome: result.Pass}
	hostile := good
	hostile.ID, hostile.Reason = "20261123-3", "\x1b[2J<script>\n"+strings.Repeat("x", 1<<20)
	hostile.Stages = make([]result.Stage, 1000)
	for i := range hostile.Stages {
		hostile.Stages[i] = result.Stage{Name: strings.Repeat("y", 1000), Outcome: result.Fail, Retries: -1, Took: -5}
	}
	whole := file(t, good).Data
	store := fstest.MapFS{
		"demo/20261123-2/result.json":    file(t, good),
		"demo/20261123-3/result.json":    file(t, hostile),
		"demo/20261123-4/result.json":    {Data: whole[:len(whole)/2]},
		"demo/20261123-5/result.json":    {Data: []byte(`{"schema":7,"outcome":{}}`)},
		"demo/20261123-6/result.json":    file(t, good), // another run's
		"demo/20261123-7/log/install":    {Data: []byte("no result")},
		"demo/20261123-8/result.json/x":  {Data: []byte("a folder")},
		"demo/.incoming-1/result.json":   file(t, good),
		"demo/<script>alert/result.json": file(t, good),
		"demo/a file":                    {Data: []byte("x")},
		"demo/20261123-9":                {Data: []byte("/etc"), Mode: fs.ModeSymlink},
		"other/20261123-2/result.json":   file(t, good),
	}
	got, err := Read(store, "demo", 0)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"20261123-2": "", "20261123-3": "", "20261123-4": "truncated after", "20261123-5": "newer schema",
		"20261123-6": `expected the result of recipe "demo", run "20261123-6"`, "20261123-7": "not exist", "20261123-8": "expected a file",
	}
	if len(got) != len(want) {
		t.Errorf("expected %d entries, found %+v", len(want), got)
	}
	for _, e := range got {
		if reason, ok := want[e.Run]; !ok || !strings.Contains(e.Unreadable, reason) || (reason == "") != (e.Unreadable == "") {
			t.Errorf("%s: expected %q, found %q", e.Run, reason, e.Unreadable)
		}
		if len(e.Reason) > 400 || len(e.Stages) > maxStages || strings.ContainsAny(e.Reason, "\x1b\n") || e.Retries != 0 {
			t.Errorf("%s: expected little, inert text, found %.200q and %d stages", e.Run, e.Reason, len(e.Stages))
		}
	}
	if other, err := Read(store, "other", 0); err != nil || other[0].Unreadable == "" {
		t.Errorf("another recipe's result: expected it to be refused, found %+v, %v", other, err)
	}
	if last, err := Read(store, "demo", 2); err != nil || len(last) != 2 {
		t.Errorf("the last 2: found %+v, %v", last, err)
	}
	if none, err := Read(store, "nobody", 0); err != nil || len(none) != 0 {
		t.Errorf("a recipe that never ran: expected nothing, found %+v, %v", none, err)
	}
}
