package report

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"coopcloud.tech/cc-ci/internal/result"
)

func TestLinkedViewPointsBesideThePage(t *testing.T) {
	s := redRun()
	got := LinkedView(s.result, s.files).Trouble.Pictures
	if len(got) != 1 || got[0].Address != "./evidence/upgrade.png" || got[0].Missing != "" {
		t.Errorf("pictures: expected the address of evidence/upgrade.png, found %+v", got)
	}
}

func TestLinkedViewShowsImagesAlone(t *testing.T) {
	dir, root := folder(t)
	if err := os.Symlink("/etc/passwd", dir+"/evidence/link.png"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/evidence/page.png", []byte("<script>alert(1)</script>"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"evidence/link.png": "not shown: ", "evidence/page.png": "expected a PNG or JPEG image", "evidence/none.png": "no such file", "../x.png": "leads out",
	} {
		t.Run(file, func(t *testing.T) {
			r := base()
			r.Stages = stages(stage("install", result.Pass, 0))
			r.Stages[0].Evidence = []result.Evidence{{Kind: screenshot, File: file}}
			got := LinkedView(r, root.FS()).Pictures[0]
			if got.Address != "" || !strings.Contains(got.Missing, want) {
				t.Errorf("expected no address and %q, found %+v", want, got)
			}
		})
	}
}

func TestViewKeepsTheLastSteps(t *testing.T) {
	r := base()
	s := stage("install", result.Fail, 0)
	for i := range 5000 {
		s.Steps = append(s.Steps, result.Step{Place: fmt.Sprintf("flows.x[%d]", i), Outcome: result.Fail})
	}
	r.Stages = stages(s)
	got := newView(r, nil).Stages[0]
	if got.Cut != 5000-maxSteps || len(got.Steps) != maxSteps || got.Steps[maxSteps-1].Place != "flows.x[4999]" {
		t.Errorf("expected the last %d steps and %d cut, found %d and %d", maxSteps, 5000-maxSteps, len(got.Steps), got.Cut)
	}
}

func TestLongLogHasALinkToTheWhole(t *testing.T) {
	r := base()
	r.Stages = stages(stage("install", result.Pass, 0))
	files := fstest.MapFS{"log/install": {Data: []byte(strings.Repeat("line\n", 5000))}}
	if got := newView(r, files).Stages[0].Log; got.Whole != "./log/install" || len(got.Lines) != excerptLines {
		t.Errorf("expected %d lines and the address of the log, found %d and %q", excerptLines, len(got.Lines), got.Whole)
	}
}
