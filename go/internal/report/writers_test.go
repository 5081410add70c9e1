package report

import (
	"bytes"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/golden"
)

func TestSummaryGolden(t *testing.T) {
	for name, s := range samples() {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Summary(&b, Terminal{}, s.result, "out/index.html"); err != nil {
				t.Fatal(err)
			}
			noControls(t, b.String())
			golden.Compare(t, "testdata/"+name+".txt", b.String())
		})
	}
}

func TestSummaryInColor(t *testing.T) {
	var b bytes.Buffer
	if err := Summary(&b, Terminal{Color: true}, redRun().result, "out/index.html"); err != nil {
		t.Fatal(err)
	}
	if want := "\x1b[1;31mRED, level 1 of 5\x1b[0m"; !strings.Contains(b.String(), want) {
		t.Errorf("colours: expected %q in:\n%s", want, b.String())
	}
}

func TestJSONGolden(t *testing.T) {
	for name, s := range samples() {
		t.Run(name, func(t *testing.T) {
			if name == "hostile" {
				s.result.Stages[0].Steps = nil // keeps a megabyte of x out of the golden file
				s.result.Stages[0].Reason, s.result.Reason, s.result.Stages[0].Services, s.result.Findings = bad, bad, nil, nil
			}
			var b bytes.Buffer
			if err := JSON(&b, s.result); err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, "testdata/"+name+".json", b.String())
		})
	}
}

func TestSentence(t *testing.T) {
	for name, want := range map[string]string{
		"green":   "hedgedoc a1b2c3d passed all 7 stages in 1 m 52 s.",
		"red":     `hedgedoc a1b2c3d failed: upgrade 3.0.9+1.10.7 -> a1b2c3d, state.verify[0]: GET /n/abc/download: expected body "# kept", got status 500.`,
		"error":   "hedgedoc a1b2c3d was not judged, the CI machine failed at prepare: pull postgres:16-alpine: the registry answered 503 three times; try again later, or name a mirror in the site file.",
		"refused": "hedgedoc a1b2c3d was refused by the policy before any container started: service app: volumes[1]: bind mount of /var/run/docker.sock.",
	} {
		t.Run(name, func(t *testing.T) {
			if got := sentence(samples()[name].result); got != want {
				t.Errorf("expected %s\nfound    %s", want, got)
			}
		})
	}
	t.Run("no reason at all", func(t *testing.T) {
		s := redRun().result
		s.Reason, s.Stages[5].Reason = "", ""
		want := `hedgedoc a1b2c3d failed at upgrade: state.verify[0]: GET /n/abc/download: expected body contains "# kept", seen status 500, body "Internal Server Error".`
		if got := sentence(s); got != want {
			t.Errorf("expected %s\nfound    %s", want, got)
		}
	})
}

// noControls fails on anything that could drive a terminal or reorder what a person reads.
func noControls(t *testing.T, s string) {
	t.Helper()
	for _, r := range s {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e {
			t.Fatalf("control character %U in the output", r)
		}
	}
}
